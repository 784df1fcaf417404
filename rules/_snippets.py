"""Lines to change, topic by topic, in the words of each software that a recording can show.

``%ORIGIN%``, ``%NAMES%`` (with commas), ``%WORDS%`` (with spaces), ``%HEADER%``, ``%VARIABLE%``, ``%SIZE%``, ``%KIB%``
and ``%DOMAIN%`` stand for what the recording shows. A
snippet whose mark has no value is not used. Sources: the documentation of each product for the directive it names.
"""

from __future__ import annotations

from haranalyze.facts.stack import Stack

Snippet = tuple[str | None, str]
"""Lines before (None: nothing stood there that we know) and after."""

CORS_ORIGIN: dict[Stack, Snippet] = {
    Stack.NGINX: (
        None,
        'add_header Access-Control-Allow-Origin "%ORIGIN%" always;\n'
        'add_header Access-Control-Allow-Credentials "true" always;\n'
        'add_header Vary "Origin" always;',
    ),
    Stack.APACHE: (
        None,
        'Header always set Access-Control-Allow-Origin "%ORIGIN%"\n'
        'Header always set Access-Control-Allow-Credentials "true"\n'
        "Header always merge Vary Origin",
    ),
    Stack.HAPROXY: (
        None,
        'http-response set-header Access-Control-Allow-Origin "%ORIGIN%"\n'
        'http-response set-header Access-Control-Allow-Credentials "true"',
    ),
    Stack.ENVOY: (
        None,
        "cors:\n  allow_origin_string_match: [{exact: '%ORIGIN%'}]\n  allow_credentials: true",
    ),
    Stack.TRAEFIK: (
        None,
        "headers:\n  accessControlAllowOriginList: ['%ORIGIN%']\n  accessControlAllowCredentials: true",
    ),
    Stack.CADDY: (
        None,
        'header Access-Control-Allow-Origin "%ORIGIN%"\nheader Access-Control-Allow-Credentials "true"',
    ),
    Stack.KONG: (
        None,
        "plugins:\n- name: cors\n  config:\n    origins: ['%ORIGIN%']\n    credentials: true",
    ),
    Stack.API_GATEWAY: (
        None,
        "CorsConfiguration:\n  AllowOrigins: ['%ORIGIN%']\n  AllowCredentials: true",
    ),
    Stack.CLOUDFRONT: (
        None,
        "CorsConfig:   # response headers policy\n  AccessControlAllowOrigins: {Items: ['%ORIGIN%']}\n"
        "  AccessControlAllowCredentials: true\n  OriginOverride: true",
    ),
    Stack.CLOUDFLARE: (
        None,
        "# Rules > Transform Rules > Modify Response Header\nSet static  Access-Control-Allow-Origin: %ORIGIN%\n"
        "Set static  Access-Control-Allow-Credentials: true",
    ),
    Stack.EXPRESS: ("app.use(cors())", "app.use(cors({ origin: '%ORIGIN%', credentials: true }))"),
    Stack.FASTIFY: (
        "fastify.register(cors)",
        "fastify.register(cors, { origin: '%ORIGIN%', credentials: true })",
    ),
    Stack.NESTJS: ("app.enableCors()", "app.enableCors({ origin: '%ORIGIN%', credentials: true })"),
    Stack.NEXTJS: (
        None,
        "headers: [   // next.config.js, async headers()\n"
        "  { key: 'Access-Control-Allow-Origin', value: '%ORIGIN%' },\n"
        "  { key: 'Access-Control-Allow-Credentials', value: 'true' } ]",
    ),
    Stack.FASTAPI: (
        'app.add_middleware(CORSMiddleware, allow_origins=["*"])',
        'app.add_middleware(CORSMiddleware, allow_origins=["%ORIGIN%"], allow_credentials=True)',
    ),
    Stack.DJANGO: (
        "CORS_ALLOW_ALL_ORIGINS = True",
        'CORS_ALLOWED_ORIGINS = ["%ORIGIN%"]\nCORS_ALLOW_CREDENTIALS = True',
    ),
    Stack.FLASK: ("CORS(app)", 'CORS(app, origins=["%ORIGIN%"], supports_credentials=True)'),
    Stack.SPRING: (
        'configuration.setAllowedOrigins(List.of("*"));',
        'configuration.setAllowedOrigins(List.of("%ORIGIN%"));\nconfiguration.setAllowCredentials(true);',
    ),
    Stack.RAILS: (
        'origins "*"',
        'origins "%ORIGIN%"   # config/initializers/cors.rb\nresource "*", headers: :any, credentials: true',
    ),
    Stack.LARAVEL: (
        "'allowed_origins' => ['*'],\n'supports_credentials' => false,",
        "'allowed_origins' => ['%ORIGIN%'],   // config/cors.php\n'supports_credentials' => true,",
    ),
    Stack.ASPNET: (
        "policy.AllowAnyOrigin()",
        'policy.WithOrigins("%ORIGIN%").AllowCredentials()',
    ),
    Stack.GO: (
        'w.Header().Set("Access-Control-Allow-Origin", "*")',
        'w.Header().Set("Access-Control-Allow-Origin", "%ORIGIN%")\n'
        'w.Header().Set("Access-Control-Allow-Credentials", "true")',
    ),
}

CORS_HEADERS: dict[Stack, Snippet] = {
    Stack.NGINX: (None, 'add_header Access-Control-Allow-Headers "content-type, %NAMES%" always;'),
    Stack.APACHE: (None, 'Header always set Access-Control-Allow-Headers "content-type, %NAMES%"'),
    Stack.HAPROXY: (None, 'http-response set-header Access-Control-Allow-Headers "content-type, %NAMES%"'),
    Stack.ENVOY: (None, 'cors:\n  allow_headers: "content-type, %NAMES%"'),
    Stack.TRAEFIK: (None, "headers:\n  accessControlAllowHeaders: [content-type, %NAMES%]"),
    Stack.CADDY: (None, 'header Access-Control-Allow-Headers "content-type, %NAMES%"'),
    Stack.KONG: (None, "plugins:\n- name: cors\n  config:\n    headers: [content-type, %NAMES%]"),
    Stack.API_GATEWAY: (None, "CorsConfiguration:\n  AllowHeaders: [content-type, %NAMES%]"),
    Stack.CLOUDFRONT: (None, "CorsConfig:\n  AccessControlAllowHeaders: {Items: [content-type, %NAMES%]}"),
    Stack.CLOUDFLARE: (
        None,
        "# Rules > Transform Rules > Modify Response Header\n"
        "Set static  Access-Control-Allow-Headers: content-type, %NAMES%",
    ),
    Stack.EXPRESS: (None, "app.use(cors({ ..., allowedHeaders: 'content-type, %NAMES%' }))"),
    Stack.FASTIFY: (None, "fastify.register(cors, { ..., allowedHeaders: 'content-type, %NAMES%' })"),
    Stack.NESTJS: (None, "app.enableCors({ ..., allowedHeaders: 'content-type, %NAMES%' })"),
    Stack.NEXTJS: (None, "{ key: 'Access-Control-Allow-Headers', value: 'content-type, %NAMES%' }   // next.config.js"),
    Stack.FASTAPI: (
        None,
        'app.add_middleware(CORSMiddleware, ..., allow_headers="content-type, %NAMES%".split(", "))',
    ),
    Stack.DJANGO: (None, 'CORS_ALLOW_HEADERS = [*default_headers, *"%NAMES%".split(", ")]'),
    Stack.FLASK: (None, 'CORS(app, ..., allow_headers="content-type, %NAMES%".split(", "))'),
    Stack.SPRING: (None, 'configuration.setAllowedHeaders(List.of("content-type, %NAMES%".split(", ")));'),
    Stack.RAILS: (None, 'resource "*", headers: %w[content-type %WORDS%], credentials: true'),
    Stack.LARAVEL: (None, "'allowed_headers' => explode(', ', 'content-type, %NAMES%'),   // config/cors.php"),
    Stack.ASPNET: (None, 'policy.WithHeaders("content-type, %NAMES%".Split(", "))'),
    Stack.GO: (None, 'w.Header().Set("Access-Control-Allow-Headers", "content-type, %NAMES%")'),
}

CORS_EXPOSE: dict[Stack, Snippet] = {
    Stack.NGINX: (None, 'add_header Access-Control-Expose-Headers "%HEADER%" always;'),
    Stack.APACHE: (None, "Header always merge Access-Control-Expose-Headers %HEADER%"),
    Stack.HAPROXY: (None, 'http-response add-header Access-Control-Expose-Headers "%HEADER%"'),
    Stack.ENVOY: (None, 'cors:\n  expose_headers: "%HEADER%"'),
    Stack.TRAEFIK: (None, "headers:\n  accessControlExposeHeaders: [%HEADER%]"),
    Stack.CADDY: (None, 'header +Access-Control-Expose-Headers "%HEADER%"'),
    Stack.KONG: (None, "plugins:\n- name: cors\n  config:\n    exposed_headers: [%HEADER%]"),
    Stack.API_GATEWAY: (None, "CorsConfiguration:\n  ExposeHeaders: [%HEADER%]"),
    Stack.CLOUDFRONT: (None, "CorsConfig:\n  AccessControlExposeHeaders: {Items: [%HEADER%]}"),
    Stack.EXPRESS: (None, "app.use(cors({ ..., exposedHeaders: ['%HEADER%'] }))"),
    Stack.FASTIFY: (None, "fastify.register(cors, { ..., exposedHeaders: ['%HEADER%'] })"),
    Stack.NESTJS: (None, "app.enableCors({ ..., exposedHeaders: ['%HEADER%'] })"),
    Stack.NEXTJS: (None, "{ key: 'Access-Control-Expose-Headers', value: '%HEADER%' }   // next.config.js"),
    Stack.FASTAPI: (None, 'app.add_middleware(CORSMiddleware, ..., expose_headers=["%HEADER%"])'),
    Stack.DJANGO: (None, 'CORS_EXPOSE_HEADERS = ["%HEADER%"]'),
    Stack.FLASK: (None, 'CORS(app, ..., expose_headers=["%HEADER%"])'),
    Stack.SPRING: (None, 'configuration.addExposedHeader("%HEADER%");'),
    Stack.RAILS: (None, 'resource "*", headers: :any, expose: ["%HEADER%"], credentials: true'),
    Stack.LARAVEL: (None, "'exposed_headers' => ['%HEADER%'],   // config/cors.php"),
    Stack.ASPNET: (None, 'policy.WithExposedHeaders("%HEADER%")'),
    Stack.GO: (None, 'w.Header().Add("Access-Control-Expose-Headers", "%HEADER%")'),
}

SAME_SITE_NONE: dict[Stack, Snippet] = {
    Stack.NGINX: (None, "proxy_cookie_flags ~ secure samesite=none;"),
    Stack.APACHE: (None, 'Header always edit Set-Cookie "(?i)^((?!.*SameSite).*)$" "$1; SameSite=None; Secure"'),
    Stack.EXPRESS: ("cookie: { sameSite: 'lax' }", "cookie: { sameSite: 'none', secure: true }"),
    Stack.FASTIFY: ("cookie: { sameSite: 'lax' }", "cookie: { sameSite: 'none', secure: true }"),
    Stack.NESTJS: (
        "cookie: { sameSite: 'lax' }",
        "app.use(session({ ..., cookie: { sameSite: 'none', secure: true } }))",
    ),
    Stack.NEXTJS: ("sameSite: 'lax'", "cookies().set(name, value, { sameSite: 'none', secure: true, httpOnly: true })"),
    Stack.FASTAPI: (
        'same_site="lax"',
        'app.add_middleware(SessionMiddleware, ..., same_site="none", https_only=True)',
    ),
    Stack.DJANGO: (
        'SESSION_COOKIE_SAMESITE = "Lax"   # default',
        'SESSION_COOKIE_SAMESITE = "None"\nSESSION_COOKIE_SECURE = True\nCSRF_COOKIE_SAMESITE = "None"\n'
        "CSRF_COOKIE_SECURE = True",
    ),
    Stack.FLASK: (None, 'app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)'),
    Stack.SPRING: (
        None,
        "server.servlet.session.cookie.same-site=none\nserver.servlet.session.cookie.secure=true",
    ),
    Stack.RAILS: (None, "Rails.application.config.session_store :cookie_store, same_site: :none, secure: true"),
    Stack.LARAVEL: ("SESSION_SAME_SITE=lax", "SESSION_SAME_SITE=none\nSESSION_SECURE_COOKIE=true"),
    Stack.ASPNET: (
        "options.Cookie.SameSite = SameSiteMode.Lax;",
        "options.Cookie.SameSite = SameSiteMode.None;\noptions.Cookie.SecurePolicy = CookieSecurePolicy.Always;",
    ),
    Stack.GO: (
        "SameSite: http.SameSiteLaxMode",
        "http.SetCookie(w, &http.Cookie{..., SameSite: http.SameSiteNoneMode, Secure: true})",
    ),
}

COOKIE_DOMAIN: dict[Stack, Snippet] = {
    Stack.NGINX: ("proxy_cookie_domain off;   # default", "proxy_cookie_domain ~.+ %DOMAIN%;"),
    Stack.APACHE: (None, "ProxyPassReverseCookieDomain backend.internal %DOMAIN%"),
    Stack.EXPRESS: (None, "cookie: { domain: undefined }   // kept for %DOMAIN% itself"),
    Stack.FASTIFY: (None, "cookie: { domain: undefined }   // kept for %DOMAIN% itself"),
    Stack.NESTJS: (None, "app.use(session({ ..., cookie: { domain: undefined } }))   // kept for %DOMAIN% itself"),
    Stack.NEXTJS: (None, "cookies().set(name, value, { path: '/' })   // no domain: kept for %DOMAIN% itself"),
    Stack.FASTAPI: (None, "app.add_middleware(SessionMiddleware, ..., domain=None)   # kept for %DOMAIN% itself"),
    Stack.DJANGO: (None, "SESSION_COOKIE_DOMAIN = None   # kept for %DOMAIN% itself\nCSRF_COOKIE_DOMAIN = None"),
    Stack.FLASK: (None, "app.config.update(SESSION_COOKIE_DOMAIN=None)   # kept for %DOMAIN% itself"),
    Stack.SPRING: (None, "# remove server.servlet.session.cookie.domain: kept for %DOMAIN% itself"),
    Stack.RAILS: (None, "session_store :cookie_store, domain: nil   # kept for %DOMAIN% itself"),
    Stack.LARAVEL: (None, "SESSION_DOMAIN=null   # kept for %DOMAIN% itself"),
    Stack.ASPNET: (None, "options.Cookie.Domain = null;   // kept for %DOMAIN% itself"),
    Stack.GO: (None, 'http.SetCookie(w, &http.Cookie{..., Domain: ""})   // kept for %DOMAIN% itself'),
}

TRUST_PROXY: dict[Stack, Snippet] = {
    Stack.EXPRESS: (None, 'app.set("trust proxy", 1)'),
    Stack.FASTIFY: ("Fastify()", "Fastify({ trustProxy: true })"),
    Stack.NESTJS: (None, "app.set('trust proxy', 1)   // NestExpressApplication"),
    Stack.NEXTJS: (None, "AUTH_TRUST_HOST=true"),
    Stack.FASTAPI: (
        "uvicorn app:app",
        "uvicorn app:app --proxy-headers --forwarded-allow-ips='<address of the proxy>'",
    ),
    Stack.DJANGO: (None, 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")'),
    Stack.FLASK: (None, "app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1)"),
    Stack.SPRING: (None, "server.forward-headers-strategy=framework"),
    Stack.RAILS: (None, "config.assume_ssl = true   # config/environments/production.rb"),
    Stack.LARAVEL: (None, "$middleware->trustProxies(at: '<address of the proxy>');   // bootstrap/app.php"),
    Stack.ASPNET: (
        None,
        "app.UseForwardedHeaders(new ForwardedHeadersOptions {\n"
        "  ForwardedHeaders = ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost });",
    ),
    Stack.GO: (None, 'secure := r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"'),
}

FORWARD_SCHEME: dict[Stack, Snippet] = {
    Stack.NGINX: (None, "proxy_set_header X-Forwarded-Proto $scheme;\nproxy_set_header Host $host;"),
    Stack.APACHE: (None, 'RequestHeader set X-Forwarded-Proto "https"\nProxyPreserveHost On'),
    Stack.HAPROXY: (None, "http-request set-header X-Forwarded-Proto https if { ssl_fc }"),
    Stack.ENVOY: (None, "use_remote_address: true   # HttpConnectionManager: sets x-forwarded-proto"),
    Stack.TRAEFIK: (
        None,
        "entryPoints:\n  websecure:\n    forwardedHeaders: {trustedIPs: ['<address of the proxy before>']}",
    ),
    Stack.CADDY: (None, "servers {\n  trusted_proxies static <address of the proxy before>\n}"),
    Stack.KONG: (None, "trusted_ips = <address of the proxy before>   # kong.conf"),
    Stack.API_GATEWAY: (None, "RequestParameters: {'overwrite:header.X-Forwarded-Proto': https}"),
    Stack.CLOUDFRONT: (None, "OriginRequestPolicy: Managed-AllViewerAndCloudFrontHeaders-2022-06"),
    Stack.CLOUDFLARE: ("SSL/TLS > Overview: Flexible", "SSL/TLS > Overview: Full (strict)"),
}

PASS_REQUEST_HEADER: dict[Stack, Snippet] = {
    Stack.NGINX: ('proxy_set_header %HEADER% "";', "proxy_set_header %HEADER% $http_%VARIABLE%;"),
    Stack.APACHE: ("RequestHeader unset %HEADER%", "# RequestHeader unset %HEADER%  (removed)"),
    Stack.HAPROXY: ("http-request del-header %HEADER%", "# http-request del-header %HEADER%  (removed)"),
    Stack.ENVOY: ("request_headers_to_remove: [%VARIABLE%]", "request_headers_to_remove: []"),
    Stack.TRAEFIK: ("customRequestHeaders: {%HEADER%: ''}", "# remove %HEADER% from customRequestHeaders"),
    Stack.CADDY: ("header_up -%HEADER%", "# remove: header_up -%HEADER%"),
    Stack.KONG: (
        "request-transformer: {remove: {headers: [%HEADER%]}}",
        "request-transformer: {remove: {headers: []}}   # and key-auth, jwt: hide_credentials: false",
    ),
    Stack.API_GATEWAY: (
        None,
        "RequestParameters: {integration.request.header.%HEADER%: method.request.header.%HEADER%}",
    ),
    Stack.CLOUDFRONT: (None, "CachePolicy > HeadersConfig: {HeaderBehavior: whitelist, Headers: [%HEADER%]}"),
    Stack.CLOUDFLARE: (
        None,
        "# Rules > Transform Rules > Modify Request Header: delete the rule that removes %HEADER%",
    ),
}

PASS_ANSWER_HEADER: dict[Stack, Snippet] = {
    Stack.NGINX: ("proxy_hide_header %HEADER%;", "# proxy_hide_header %HEADER%;  (removed)"),
    Stack.APACHE: ("Header unset %HEADER%", "# Header unset %HEADER%  (removed)"),
    Stack.HAPROXY: ("http-response del-header %HEADER%", "# http-response del-header %HEADER%  (removed)"),
    Stack.ENVOY: ("response_headers_to_remove: [%VARIABLE%]", "response_headers_to_remove: []"),
    Stack.TRAEFIK: ("customResponseHeaders: {%HEADER%: ''}", "# remove %HEADER% from customResponseHeaders"),
    Stack.CADDY: ("header_down -%HEADER%", "# remove: header_down -%HEADER%"),
    Stack.KONG: (
        "response-transformer: {remove: {headers: [%HEADER%]}}",
        "response-transformer: {remove: {headers: []}}",
    ),
    Stack.API_GATEWAY: (
        None,
        "ResponseParameters: {method.response.header.%HEADER%: integration.response.header.%HEADER%}",
    ),
    Stack.CLOUDFRONT: (
        "RemoveHeadersConfig: {Items: [{Header: %HEADER%}]}",
        "RemoveHeadersConfig: {Items: []}   # response headers policy",
    ),
    Stack.CLOUDFLARE: (
        None,
        "# Rules > Transform Rules > Modify Response Header: delete the rule that removes %HEADER%",
    ),
}

NO_STORE: dict[Stack, Snippet] = {
    Stack.NGINX: (None, 'proxy_no_cache 1;  proxy_cache_bypass 1;\nadd_header Cache-Control "no-store" always;'),
    Stack.APACHE: (None, 'CacheDisable "/auth"\nHeader always set Cache-Control "no-store"'),
    Stack.HAPROXY: (None, 'http-response set-header Cache-Control "no-store"'),
    Stack.ENVOY: (None, "response_headers_to_add: [{header: {key: cache-control, value: no-store}}]"),
    Stack.TRAEFIK: (None, "headers:\n  customResponseHeaders: {Cache-Control: no-store}"),
    Stack.CADDY: (None, 'header Cache-Control "no-store"'),
    Stack.KONG: (None, "plugins:\n- name: proxy-cache\n  config: {cache_control: true}"),
    Stack.API_GATEWAY: (None, "MethodSettings: [{ResourcePath: /*, HttpMethod: '*', CachingEnabled: false}]"),
    Stack.CLOUDFRONT: (None, "CachePolicyId: Managed-CachingDisabled   # for the paths of the API"),
    Stack.CLOUDFLARE: (None, "# Caching > Cache Rules: for the paths of the API, Bypass cache"),
    Stack.EXPRESS: (None, "app.use('/auth', (req, res, next) => { res.set('Cache-Control', 'no-store'); next() })"),
    Stack.FASTIFY: (
        None,
        "fastify.addHook('onSend', async (req, reply) => { reply.header('cache-control', 'no-store') })",
    ),
    Stack.NESTJS: (None, "@Header('Cache-Control', 'no-store')"),
    Stack.NEXTJS: (
        None,
        "export const dynamic = 'force-dynamic'   // and { headers: { 'Cache-Control': 'no-store' } }",
    ),
    Stack.FASTAPI: (None, 'response.headers["Cache-Control"] = "no-store"'),
    Stack.DJANGO: (None, "@never_cache   # django.views.decorators.cache"),
    Stack.FLASK: (None, "response.cache_control.no_store = True"),
    Stack.SPRING: (
        None,
        "http.headers(headers -> headers.cacheControl(withDefaults()));   // the default of Spring Security",
    ),
    Stack.RAILS: (None, 'response.headers["Cache-Control"] = "no-store"'),
    Stack.LARAVEL: (None, "Route::middleware('cache.headers:no_store')->group(...)"),
    Stack.ASPNET: (None, "[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]"),
    Stack.GO: (None, 'w.Header().Set("Cache-Control", "no-store")'),
}

LARGER_REQUESTS: dict[Stack, Snippet] = {
    Stack.NGINX: ("# large_client_header_buffers 4 8k;  (default)", "large_client_header_buffers 4 %KIB%k;"),
    Stack.APACHE: ("# LimitRequestFieldSize 8190  (default)", "LimitRequestFieldSize %SIZE%"),
    Stack.HAPROXY: ("# tune.bufsize 16384  (default)", "tune.bufsize %SIZE%"),
    Stack.ENVOY: ("# max_request_headers_kb: 60  (default)", "max_request_headers_kb: %KIB%"),
    Stack.CADDY: ("# max_header_size 1MB  (default)", "max_header_size %KIB%KiB"),
    Stack.KONG: (
        "# nginx_http_large_client_header_buffers = 4 8k  (default)",
        "nginx_http_large_client_header_buffers = 4 %KIB%k",
    ),
    Stack.EXPRESS: ("node server.js   # 16 KiB", "node --max-http-header-size=%SIZE% server.js"),
    Stack.FASTIFY: ("node server.js   # 16 KiB", "node --max-http-header-size=%SIZE% server.js"),
    Stack.NESTJS: ("node dist/main.js   # 16 KiB", "node --max-http-header-size=%SIZE% dist/main.js"),
    Stack.NEXTJS: ("next start   # 16 KiB", "NODE_OPTIONS=--max-http-header-size=%SIZE% next start"),
    Stack.FASTAPI: ("uvicorn app:app", "uvicorn app:app --h11-max-incomplete-event-size %SIZE%"),
    Stack.DJANGO: ("gunicorn app.wsgi   # 8190", "gunicorn --limit-request-field_size %SIZE% app.wsgi"),
    Stack.FLASK: ("gunicorn app:app   # 8190", "gunicorn --limit-request-field_size %SIZE% app:app"),
    Stack.SPRING: ("server.max-http-request-header-size=8KB", "server.max-http-request-header-size=%KIB%KB"),
    Stack.ASPNET: (
        "// MaxRequestHeadersTotalSize: 32768  (default)",
        "builder.WebHost.ConfigureKestrel(o => o.Limits.MaxRequestHeadersTotalSize = %SIZE%);",
    ),
    Stack.GO: ("// MaxHeaderBytes: 1 << 20  (default)", "srv := &http.Server{MaxHeaderBytes: %SIZE%}"),
}

LARGER_ANSWERS: dict[Stack, Snippet] = {
    Stack.NGINX: ("# proxy_buffer_size 4k;  (default)", "proxy_buffer_size %KIB%k;  proxy_buffers 8 %KIB%k;"),
    Stack.APACHE: ("ProxyPass / http://api:3000/", "ProxyPass / http://api:3000/ responsefieldsize=%SIZE%"),
    Stack.HAPROXY: ("# tune.bufsize 16384  (default)", "tune.bufsize %SIZE%"),
    Stack.ENVOY: (None, "max_response_headers_kb: 96   # http protocol options of the cluster"),
    Stack.KONG: (
        "# nginx_proxy_proxy_buffer_size = 4k  (default)",
        "nginx_proxy_proxy_buffer_size = %KIB%k,  nginx_proxy_proxy_buffers = 8 %KIB%k",
    ),
}
