"""The rules of a company that runs its API behind a gateway of its own."""

from .acme_gateway_without_trace_id import acme_gateway_without_trace_id

RULES = (acme_gateway_without_trace_id,)
