"""The built-in rule pack: one module per rule, in reading order (layers of explanation first to last)."""

from .anonymous_401 import anonymous_401
from .anti_csrf_missing import anti_csrf_missing
from .api_base_path_mismatch import api_base_path_mismatch
from .auth_dropped_on_redirect import auth_dropped_on_redirect
from .auth_header_lost_upstream import auth_header_lost_upstream
from .auth_header_malformed import auth_header_malformed
from .aws_missing_auth_token import aws_missing_auth_token
from .cacheable_auth_response import cacheable_auth_response
from .cached_front_token import cached_front_token
from .claim_validation_403 import claim_validation_403
from .cookie_domain_mismatch import cookie_domain_mismatch
from .cookie_not_sent import cookie_not_sent
from .cookie_path_mismatch import cookie_path_mismatch
from .cookie_public_suffix_domain import cookie_public_suffix_domain
from .cookie_samesite_cross_site import cookie_samesite_cross_site
from .cookie_samesite_none_insecure import cookie_samesite_none_insecure
from .cookie_secure_over_http import cookie_secure_over_http
from .cookie_too_large import cookie_too_large
from .cors_credentials_wildcard import cors_credentials_wildcard
from .cors_missing_allow_credentials import cors_missing_allow_credentials
from .cors_missing_allow_headers import cors_missing_allow_headers
from .cors_missing_allow_origin import cors_missing_allow_origin
from .cors_missing_expose_headers import cors_missing_expose_headers
from .cors_origin_mismatch import cors_origin_mismatch
from .cors_preflight_failed import cors_preflight_failed
from .credentials_omitted import credentials_omitted
from .cross_site_session import cross_site_session
from .duplicate_session_cookies import duplicate_session_cookies
from .expired_token_no_refresh import expired_token_no_refresh
from .foreign_401 import foreign_401
from .front_token_missing import front_token_missing
from .gateway_5xx_other import gateway_5xx_other
from .https_switch_loses_cookies import https_switch_loses_cookies
from .interceptor_missing import interceptor_missing
from .legacy_session_cookie import legacy_session_cookie
from .missing_auth_header import missing_auth_header
from .oversized_header_502 import oversized_header_502
from .permission_denied import permission_denied
from .redirect_loop import redirect_loop
from .refresh_failing import refresh_failing
from .refresh_loop import refresh_loop
from .refresh_not_api import refresh_not_api
from .refresh_state_not_stored import refresh_state_not_stored
from .request_header_too_large import request_header_too_large
from .sanitized_capture import sanitized_capture
from .stale_access_token import stale_access_token
from .stripped_cookie_upstream import stripped_cookie_upstream
from .stripped_set_cookie import stripped_set_cookie
from .token_theft import token_theft
from .wrong_credentials import wrong_credentials

RULES = (
    sanitized_capture,
    api_base_path_mismatch,
    aws_missing_auth_token,
    refresh_not_api,
    cors_preflight_failed,
    cors_missing_allow_origin,
    cors_origin_mismatch,
    cors_credentials_wildcard,
    cors_missing_allow_credentials,
    cors_missing_allow_headers,
    cors_missing_expose_headers,
    oversized_header_502,
    request_header_too_large,
    gateway_5xx_other,
    auth_header_lost_upstream,
    stripped_cookie_upstream,
    stripped_set_cookie,
    front_token_missing,
    cached_front_token,
    cacheable_auth_response,
    cookie_domain_mismatch,
    cookie_public_suffix_domain,
    cookie_samesite_cross_site,
    cookie_samesite_none_insecure,
    cross_site_session,
    cookie_secure_over_http,
    https_switch_loses_cookies,
    cookie_too_large,
    cookie_path_mismatch,
    duplicate_session_cookies,
    legacy_session_cookie,
    credentials_omitted,
    cookie_not_sent,
    missing_auth_header,
    auth_header_malformed,
    auth_dropped_on_redirect,
    anti_csrf_missing,
    interceptor_missing,
    stale_access_token,
    expired_token_no_refresh,
    token_theft,
    foreign_401,
    refresh_failing,
    refresh_loop,
    refresh_state_not_stored,
    redirect_loop,
    permission_denied,
    claim_validation_403,
    wrong_credentials,
    anonymous_401,
)
