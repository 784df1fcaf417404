"""Generated from web_base.html.j2 by ``nox -s docs``."""

made_with = "3.1.6"
made_from = "sha256-mCWXmr8wv6uYmD6Xyg9FDNN1OC81DKa27jjXyRljrmo="
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'web_base.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_asset = resolve('asset')
    l_0_person = resolve('person')
    l_0_mark = resolve('mark')
    l_0_where = resolve('where')
    pass
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
    yield from context.blocks['head'][0](context)
    yield '\n<title>'
    yield from context.blocks['title'][0](context)
    yield '</title>\n<link rel="stylesheet" href="'
    yield escape(context.call((undefined(name='asset') if l_0_asset is missing else l_0_asset), 'report.css'))
    yield '">\n<link rel="stylesheet" href="'
    yield escape(context.call((undefined(name='asset') if l_0_asset is missing else l_0_asset), 'web.css'))
    yield '">\n<link rel="icon" href="data:,">\n<script src="'
    yield escape(context.call((undefined(name='asset') if l_0_asset is missing else l_0_asset), 'web.js'))
    yield '" defer></script>\n</head>\n<body class="web '
    yield from context.blocks['body_class'][0](context)
    yield '">\n<a class="skip" href="#main">Skip to the content</a>\n<header class="bar"><b>haranalyze</b>'
    if (undefined(name='person') if l_0_person is missing else l_0_person):
        pass
        yield '\n<nav class="places" aria-label="Places">'
        for (l_1_address, l_1_name) in (('/', 'Read a recording'), ('/recent', 'Recent'), ('/causes', 'Causes'), ('/compare', 'Compare')):
            l_1_here = resolve('here')
            _loop_vars = {}
            pass
            yield '\n<a href="'
            yield escape(l_1_address)
            yield '"'
            if (((undefined(name='here') if l_1_here is missing else l_1_here) == l_1_address) or ((l_1_address == '/compare') and context.call(environment.getattr((undefined(name='here') if l_1_here is missing else l_1_here), 'startswith'), '/compare', _loop_vars=_loop_vars))):
                pass
                yield ' aria-current="page"'
            yield '>'
            yield escape(l_1_name)
            yield '</a>'
        l_1_address = l_1_name = l_1_here = missing
        yield '\n</nav>'
    yield '\n<span class="tools"><span class="where">'
    yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'lock'))
    yield ' <span>'
    yield escape((undefined(name='where') if l_0_where is missing else l_0_where))
    yield '</span></span>'
    if (undefined(name='person') if l_0_person is missing else l_0_person):
        pass
        yield '<a class="button" href="/account"><bdi>'
        yield escape(environment.getattr((undefined(name='person') if l_0_person is missing else l_0_person), 'name'))
        yield '</bdi></a>'
        if (environment.getattr((undefined(name='person') if l_0_person is missing else l_0_person), 'how') == 'session'):
            pass
            yield '\n<form method="post" action="/sign-out"><button>Sign out</button></form>'
    yield '</span></header>\n<main id="main" tabindex="-1">\n'
    yield from context.blocks['main'][0](context)
    yield '\n</main>\n</body>\n</html>'

def block_head(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    _block_vars = {}
    pass

def block_title(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    _block_vars = {}
    pass
    yield 'haranalyze'

def block_body_class(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    _block_vars = {}
    pass

def block_main(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    _block_vars = {}
    pass

blocks = {'head': block_head, 'title': block_title, 'body_class': block_body_class, 'main': block_main}
debug_info = '8=16&9=18&10=20&11=22&13=24&15=26&18=28&20=31&21=36&25=47&26=51&29=60&8=63&9=72&15=82&29=91'
