"""Words that may be shown: path segments of our own vocabulary, and phrases of error answers.

A path segment can hold a reset token, an invite code or a user's name, so only segments made of these words are
shown; everything else becomes ``{seg}``. The lists hold general words of web APIs and sign-in flows, nothing from
any capture.
"""

PATH_WORDS = frozenset(
    """
    a about access account accounts action actions activate activity ad add address addresses admin ads agent agents
    ai alert alerts all analytics announcement announcements answer answers apartment api apikey apis app application
    applications apps archive article articles asset assets assign attachment attachments audio audit auth
    authentication authenticate authorisation authorisationurl authorization authorizationurl authorize auto
    availability avatar avatars award b back backend balance balances ban banner base basic basket batch beacon beta
    bill billing bills bin blob block blog blogs board boards body book booking bookings bookmark bookmarks bot brand
    brands browser bucket budget bug build builds bulk bundle business button buy by c cache calendar calendars call
    callback calls campaign campaigns cancel captcha card cards cart carts case cases catalog categories category
    challenge change changes channel channels charge chart charts chat chats check checkout child children chunk
    chunks cities city claim claims class classes clean clear click client clients clip close cloud cluster code
    codes collect collection collections color column columns comment comments common commerce companies company
    compare complete completed component components compute conf config configs configuration confirm confirmation
    connect connection connections consent console consume contact contacts container containers content contents
    context contract contracts control conversation conversations convert cookie copy core cors count countries
    country coupon coupons course courses create credential credentials credit cron css csrf currency current custom
    customer customers d daily dashboard dashboards data database databases dataset date day days db debug default
    delete deliver delivery demo department departments deploy deployment deployments detail details dev device
    devices dialog diff digest direct directory disable discount discover discovery discussion display dispute dist
    doc docs document documents domain domains done download downloads draft drafts drive driver e edge edit editor
    election element email emailpassword emails employee employees enable end endpoint engine entities entity entries
    entry env environment environments error errors estimate event events example exchange execute exists exp
    experiment expire explore export exports extension external f fail failed faq fast favicon favorite favorites
    favourites feature features federation feed feedback feeds field fields file files filter filters finance find
    finish flag flags fleet flow flows folder folders follow follower followers font fonts footer form format forms
    forum forward free friend friends front frontend full function functions fund g gallery game games gateway gen
    general generate geo get gift git global go graph graphql grid group groups guest guide h handler handshake
    hash head header health healthz heartbeat hello help helper hidden hint history hold home hook hooks host hosts
    hotel hour html http https hub i icon icons id ideas identities identity idp image images img imgs implicit
    import imports inbox incident incidents include index info init initial initialize input insert insight insights
    install instance instances integration integrations interaction interest internal introspect inventory invitation
    invitations invite invites invoice invoices issue issues item items j job jobs join journal js json jwk jwks jwt k
    key keys l label labels lambda lang language languages last latest launch layout lead leads learn leave ledger
    left legacy legal lesson level lib libs license licenses like likes limit limits line link links list lists live
    load loan local locale locales location locations lock log logged logger login loginmethods logo logout logs long
    lookup loop m mail main maintenance manage management manager manifest map maps mark market marketing
    marketplace master match me media medium member members membership memory menu menus merchant message messages
    meta metadata metric metrics mfa migrate min mine mini minute mobile mock mode model models modern modify module
    modules monitor month more move movie movies multi music my n name names native nav navigation network networks
    new news newsletter next node nodes normal note notes notice notification notifications notify number o oauth
    oauth2 object objects offer offers office offline offset oidc ok old one onboarding online open openid
    operation operations opt option options order orders org organisation organisations organization organizations
    origin other otp out output overview owner owners p package packages page pages paid panel param parent parse
    part partner partners parts passkey password passwordless passwords patch patient patients pay payment payments
    payout payroll people performance permission permissions person personal phone phonenumber photo photos picture
    pictures ping pipeline pipelines pixel place places plan plans platform play player playlist playlists plugin
    plugins point points policies policy poll polls pool popular popup port portal portfolio position post posts
    preference preferences prefetch premium preview price prices pricing print private process product production
    products profile profiles program programs progress project projects promo promotion promotions prompt properties
    property protected protocol provider providers proxy pub public publication publish purchase purchases push put
    q qa qr quality query question questions queue quick quiz quota quote quotes r random range rate rates rating
    ratings raw read reader ready readyz realm realms receipt recent recipe recommend recommendation recommendations
    record records recover recovery redirect reference refresh refund refunds region regions register registration
    registrations registry reject related release releases reload reminder remote remove rename render renew repo
    report reports repos repositories repository request requests reservation reservations reserve reset resource
    resources response rest restart restaurant restore result results resume retry return returns reverse review
    reviews revoke reward rewards right role roles room rooms root route router routes rows rss rtc rule rules run
    runs runtime s saas sale sales saml sample sandbox save saved scan schedule scheduled schedules schema schemas
    school scim scope scopes score scores screen script scripts sdk search searches season secret secrets section
    sections secure security segment segments sell send sentry series server servers service services serviceworker
    session sessions set setting settings setup share shared shares ship shipment shipments shipping shop shops short
    show sign signature signin signinup signout signup silent simple single site sitemap sites size skill slot slots
    small sms snapshot snapshots social socket software solution sort source sources space spaces spec sponsor sport
    sports sprint sso stack staff stage staging standard star start state states static station stations statistic
    statistics stats status step steps stop storage store stores stories story stream streaming streams structure
    student students studio style styles sub submission submissions submit subscribe subscription subscriptions
    success suggest suggestion suggestions summary supplier support survey surveys svg swagger switch sync system
    systems t table tables tag tags target targets task tasks tax teacher team teams telemetry template templates
    tenant tenants term terms test tests text theme themes third thirdparty thread threads thumb thumbnail thumbnails
    ticket tickets tile tiles time timeline times tip title to today todo todos token tokens tool tools top topic
    topics total totp track tracker tracking trade trades traffic trail train training transaction transactions
    transfer transfers translate translation translations transport trash travel trend trending trial trigger trip
    trips tv twitter two type types u ui undo unit units unread unsubscribe update updates upgrade upload uploads url
    urls usage use user userinfo username users v val valid validate validation value values vendor vendors verify
    verification version versions video videos view viewer views vip visit visitor visitors voice volume vote votes w
    wait wallet wallets warehouse watch weather web webauthn webhook webhooks website webview week weekly welcome
    well wellknown known whoami widget widgets wiki wish wishlist withdraw word work worker workers workflow workflows
    workspace workspaces world write ws www x xhr y year z zone zones
    """.split()
)

PHRASES = frozenset(
    """
    access_denied|account_selection_required|authentication credentials were not provided.|bad gateway
    |bad_authorization_header|bad_jwt|claimvalidationerrors|consent_required|credentials_bad_format
    |credentials_required|csrf cookie not set.|csrf token mismatch.|csrf token missing.
    |csrf verification failed. request aborted.|ebadcsrftoken|email_already_exists_error|endpoint request timed out
    |error|expired|expired_token|field_error|forbidden|gateway time-out|gateway timeout|general_error
    |given token not valid for any token type|insufficient_scope|interaction_required|internal server error
    |invalid api key|invalid claim|invalid credentials|invalid csrf token|invalid signature|invalid token
    |invalid_client|invalid_credentials|invalid_grant|invalid_request|invalid_scope|invalid_token
    |jwt audience invalid|jwt expired|jwt malformed|jwt must be provided|jwt not active|login_required|missing
    |missing authentication token|missing_auth_header|missing_refresh_token|mismatch|no api key found in request
    |no authorization token was found|no supertokens core available to query|not found|not_authenticated
    |notauthorizedexception|ok|permission_denied|redirect_uri_mismatch|refresh_token_already_used
    |refresh_token_not_found|request header fields too large|request header or cookie too large|request-uri too large
    |revoked_token|server_error|service unavailable|session_expired|session_not_found|sign_in_not_allowed
    |temporarily_unavailable|tenant not found|the incoming token has expired
    |the request contains multiple session cookies|token has expired|token is expired|token not valid
    |token theft detected|token_expired|token_not_valid|too many requests|try refresh token|unauthenticated.
    |unauthorised|unauthorized|unauthorized_client|unsupported_grant_type
    |user is not authorized to access this resource|wrong_credentials_error
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
