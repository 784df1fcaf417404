"""The built-in rule pack: one module per rule, in reading order (layers of explanation first to last)."""

from .anonymous_401 import anonymous_401
from .anti_csrf_missing import anti_csrf_missing
from .api_base_path_mismatch import api_base_path_mismatch
from .auth_dropped_on_redirect import auth_dropped_on_redirect
from .auth_header_lost_upstream import auth_header_lost_upstream
from .auth_header_malformed import auth_header_malformed
from .auth_page_wrong_path import auth_page_wrong_path
from .auth_rate_limited import auth_rate_limited
from .aws_authorizer_denied import aws_authorizer_denied
from .aws_incomplete_signature import aws_incomplete_signature
from .aws_missing_auth_token import aws_missing_auth_token
from .bearer_and_cookie_mixed import bearer_and_cookie_mixed
from .cacheable_auth_response import cacheable_auth_response
from .cached_front_token import cached_front_token
from .claim_validation_403 import claim_validation_403
from .clock_skew import clock_skew
from .connection_failed import connection_failed
from .cookie_domain_mismatch import cookie_domain_mismatch
from .cookie_not_sent import cookie_not_sent
from .cookie_path_mismatch import cookie_path_mismatch
from .cookie_public_suffix_domain import cookie_public_suffix_domain
from .cookie_samesite_cross_site import cookie_samesite_cross_site
from .cookie_samesite_none_insecure import cookie_samesite_none_insecure
from .cookie_secure_over_http import cookie_secure_over_http
from .cookie_stale_domain_leftover import cookie_stale_domain_leftover
from .cookie_too_large import cookie_too_large
from .core_unreachable import core_unreachable
from .cors_credentials_wildcard import cors_credentials_wildcard
from .cors_duplicate_allow_origin import cors_duplicate_allow_origin
from .cors_missing_allow_credentials import cors_missing_allow_credentials
from .cors_missing_allow_headers import cors_missing_allow_headers
from .cors_missing_allow_origin import cors_missing_allow_origin
from .cors_missing_expose_headers import cors_missing_expose_headers
from .cors_origin_mismatch import cors_origin_mismatch
from .cors_preflight_failed import cors_preflight_failed
from .credentials_omitted import credentials_omitted
from .cross_site_session import cross_site_session
from .csrf_cookie_missing import csrf_cookie_missing
from .csrf_origin_refused import csrf_origin_refused
from .csrf_token_mismatch import csrf_token_mismatch
from .csrf_token_missing import csrf_token_missing
from .duplicate_session_cookies import duplicate_session_cookies
from .expired_token_no_refresh import expired_token_no_refresh
from .foreign_401 import foreign_401
from .front_token_missing import front_token_missing
from .gateway_5xx_other import gateway_5xx_other
from .hsts_without_https import hsts_without_https
from .https_switch_loses_cookies import https_switch_loses_cookies
from .interceptor_conflict import interceptor_conflict
from .interceptor_missing import interceptor_missing
from .legacy_session_cookie import legacy_session_cookie
from .logout_does_not_clear import logout_does_not_clear
from .missing_auth_header import missing_auth_header
from .mixed_content_blocked import mixed_content_blocked
from .oauth_access_denied import oauth_access_denied
from .oauth_client_rejected import oauth_client_rejected
from .oauth_code_expired import oauth_code_expired
from .oauth_code_reused import oauth_code_reused
from .oauth_login_required import oauth_login_required
from .oauth_nonce_mismatch import oauth_nonce_mismatch
from .oauth_pkce_verifier_missing import oauth_pkce_verifier_missing
from .oauth_redirect_uri_mismatch import oauth_redirect_uri_mismatch
from .oauth_state_cookie_lost import oauth_state_cookie_lost
from .oauth_state_mismatch import oauth_state_mismatch
from .oversized_header_502 import oversized_header_502
from .permission_denied import permission_denied
from .post_lost_on_redirect import post_lost_on_redirect
from .redirect_loop import redirect_loop
from .refresh_failing import refresh_failing
from .refresh_loop import refresh_loop
from .refresh_not_api import refresh_not_api
from .refresh_state_not_stored import refresh_state_not_stored
from .request_header_too_large import request_header_too_large
from .safari_seven_day_cap import safari_seven_day_cap
from .saml_clock_skew import saml_clock_skew
from .saml_cookie_lost import saml_cookie_lost
from .saml_relay_state_lost import saml_relay_state_lost
from .sanitized_capture import sanitized_capture
from .secure_cookie_not_emitted import secure_cookie_not_emitted
from .server_exception_on_auth_route import server_exception_on_auth_route
from .service_worker_replays_refusal import service_worker_replays_refusal
from .session_cookie_chunk_missing import session_cookie_chunk_missing
from .session_created_elsewhere import session_created_elsewhere
from .session_set_by_two_writers import session_set_by_two_writers
from .signing_key_type_changed import signing_key_type_changed
from .ssr_without_credentials import ssr_without_credentials
from .stale_access_token import stale_access_token
from .stripped_cookie_upstream import stripped_cookie_upstream
from .stripped_set_cookie import stripped_set_cookie
from .tenant_not_found import tenant_not_found
from .token_rejected_audience import token_rejected_audience
from .token_theft import token_theft
from .transport_defaulted_to_header import transport_defaulted_to_header
from .website_domain_mismatch import website_domain_mismatch
from .websocket_without_credentials import websocket_without_credentials
from .wrong_credentials import wrong_credentials

RULES = (
    sanitized_capture,
    api_base_path_mismatch,
    website_domain_mismatch,
    tenant_not_found,
    auth_page_wrong_path,
    post_lost_on_redirect,
    aws_missing_auth_token,
    aws_incomplete_signature,
    refresh_not_api,
    oauth_redirect_uri_mismatch,
    oauth_client_rejected,
    cors_preflight_failed,
    cors_missing_allow_origin,
    cors_origin_mismatch,
    cors_duplicate_allow_origin,
    cors_credentials_wildcard,
    cors_missing_allow_credentials,
    cors_missing_allow_headers,
    cors_missing_expose_headers,
    mixed_content_blocked,
    hsts_without_https,
    oversized_header_502,
    request_header_too_large,
    gateway_5xx_other,
    connection_failed,
    core_unreachable,
    server_exception_on_auth_route,
    auth_rate_limited,
    auth_header_lost_upstream,
    stripped_cookie_upstream,
    stripped_set_cookie,
    front_token_missing,
    cached_front_token,
    service_worker_replays_refusal,
    cacheable_auth_response,
    cookie_domain_mismatch,
    cookie_public_suffix_domain,
    cookie_samesite_cross_site,
    cookie_samesite_none_insecure,
    cross_site_session,
    oauth_state_cookie_lost,
    saml_cookie_lost,
    oauth_state_mismatch,
    oauth_code_reused,
    oauth_code_expired,
    oauth_pkce_verifier_missing,
    oauth_nonce_mismatch,
    oauth_login_required,
    saml_clock_skew,
    saml_relay_state_lost,
    oauth_access_denied,
    cookie_secure_over_http,
    https_switch_loses_cookies,
    cookie_too_large,
    session_cookie_chunk_missing,
    secure_cookie_not_emitted,
    cookie_path_mismatch,
    duplicate_session_cookies,
    session_set_by_two_writers,
    cookie_stale_domain_leftover,
    legacy_session_cookie,
    credentials_omitted,
    safari_seven_day_cap,
    cookie_not_sent,
    missing_auth_header,
    session_created_elsewhere,
    ssr_without_credentials,
    websocket_without_credentials,
    auth_header_malformed,
    token_rejected_audience,
    aws_authorizer_denied,
    auth_dropped_on_redirect,
    anti_csrf_missing,
    csrf_cookie_missing,
    csrf_token_missing,
    csrf_token_mismatch,
    csrf_origin_refused,
    interceptor_missing,
    interceptor_conflict,
    transport_defaulted_to_header,
    stale_access_token,
    bearer_and_cookie_mixed,
    clock_skew,
    signing_key_type_changed,
    expired_token_no_refresh,
    token_theft,
    foreign_401,
    refresh_failing,
    refresh_loop,
    refresh_state_not_stored,
    logout_does_not_clear,
    redirect_loop,
    permission_denied,
    claim_validation_403,
    wrong_credentials,
    anonymous_401,
)
