"""Generated from web_home.html.j2 by ``nox -s docs``."""

made_with = "3.1.6"
made_from = "sha256-bhtd4mAJnM6XfjcTjWROsCqtUGsb9/XsXumqvWYT18Q="
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'web_home.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    parent_template = None
    l_0_lists = missing
    pass
    parent_template = environment.get_template('web_base.html.j2', 'web_home.html.j2')
    for name, parent_block in parent_template.blocks.items():
        context.blocks.setdefault(name, []).append(parent_block)
    l_0_lists = context.vars['lists'] = environment.get_template('web_rows.html.j2', 'web_home.html.j2').make_module(context.get_all(), True, {'lists': l_0_lists})
    context.exported_vars.discard('lists')
    yield from parent_template.root_render_func(context)

def block_title(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    _block_vars = {}
    pass
    yield 'Read a recording - haranalyze'

def block_main(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    _block_vars = {}
    l_0_max_upload = resolve('max_upload')
    l_0_mark = resolve('mark')
    l_0_local = resolve('local')
    l_0_host = resolve('host')
    l_0_keeps = resolve('keeps')
    l_0_keep_days = resolve('keep_days')
    l_0_browser = resolve('browser')
    l_0_recipes = resolve('recipes')
    l_0_total = resolve('total')
    l_0_rows = resolve('rows')
    l_0_lists = resolve('lists')
    l_0_counts = resolve('counts')
    l_0_wanted = resolve('wanted')
    l_0_link = resolve('link')
    l_0_causes = resolve('causes')
    l_0_more = resolve('more')
    try:
        t_1 = environment.filters['capitalize']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'capitalize' found.")
    try:
        t_2 = environment.filters['length']
    except KeyError:
        @internalcode
        def t_2(*unused):
            raise TemplateRuntimeError("No filter named 'length' found.")
    pass
    yield '\n<h1 class="heard">Read a recording</h1>\n<div class="top">\n<form id="drop" class="drop" method="post" action="/upload" enctype="multipart/form-data" data-limit="'
    yield escape((undefined(name='max_upload') if l_0_max_upload is missing else l_0_max_upload))
    yield '">\n<span class="big-mark">'
    yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'upload', 'big', _block_vars=_block_vars))
    yield '</span>\n<p class="ask-for"><label for="files">Drop the recording of the failing login here</label></p>\n<p class="how">HAR file, several files, or a zip.<span class="only-script"> You can also paste one with <kbd>Ctrl</kbd> <kbd>V</kbd>.</span> Up to '
    yield escape((undefined(name='max_upload') if l_0_max_upload is missing else l_0_max_upload))
    yield ' MB each.</p>\n<p class="choose"><input id="files" type="file" name="files" multiple required>\n<label class="heard" for="ticket">Ticket number, if any</label>\n<input id="ticket" type="text" name="ticket" maxlength="80" placeholder="Ticket number, if any" autocomplete="off">\n<button class="primary without-script">Read</button></p>\n<p class="truth">'
    yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'lock', _block_vars=_block_vars))
    yield ' '
    if (undefined(name='local') if l_0_local is missing else l_0_local):
        pass
        yield 'Read on this computer.'
    else:
        pass
        yield 'Read on '
        yield escape((undefined(name='host') if l_0_host is missing else l_0_host))
        yield '.'
    yield ' Secrets are masked before anything is shown, and the file is deleted after reading'
    if (undefined(name='keeps') if l_0_keeps is missing else l_0_keeps):
        pass
        yield '; a sanitized copy stays'
    yield '. Reports are kept for '
    yield escape((undefined(name='keep_days') if l_0_keep_days is missing else l_0_keep_days))
    yield ' days.</p>\n</form>\n<aside class="card guide" aria-labelledby="guide-title"><h2 id="guide-title">No recording yet?</h2>\n<p class="note">Your browser looks like '
    yield escape(t_1((undefined(name='browser') if l_0_browser is missing else l_0_browser)))
    yield '.</p>\n'
    l_1_loop = missing
    for l_1_recipe, l_1_loop in LoopContext((undefined(name='recipes') if l_0_recipes is missing else l_0_recipes), undefined):
        _loop_vars = {}
        pass
        yield '\n<details name="guide"'
        if (environment.getattr(l_1_recipe, 'name') == (undefined(name='browser') if l_0_browser is missing else l_0_browser)):
            pass
            yield ' open'
        yield '><summary>'
        yield escape(environment.getattr(l_1_recipe, 'title'))
        yield '</summary><ol>'
        for l_2_step in environment.getattr(l_1_recipe, 'steps'):
            _loop_vars = {}
            pass
            yield '<li>'
            yield escape(l_2_step)
            yield '</li>'
        l_2_step = missing
        yield '\n</ol><button type="button" class="only-script plain" data-copy="guide-'
        yield escape(environment.getattr(l_1_recipe, 'name'))
        yield '">Copy for a customer</button><textarea id="guide-'
        yield escape(environment.getattr(l_1_recipe, 'name'))
        yield '" hidden readonly>'
        l_2_loop = missing
        for l_2_step, l_2_loop in LoopContext(environment.getattr(l_1_recipe, 'steps'), undefined):
            _loop_vars = {}
            pass
            yield escape(environment.getattr(l_2_loop, 'index'))
            yield '. '
            yield escape(l_2_step)
            yield '\n'
        l_2_loop = l_2_step = missing
        yield '\n'
        yield escape(environment.getattr(l_1_recipe, 'care'))
        yield '</textarea></details>'
    l_1_loop = l_1_recipe = missing
    yield '\n</aside></div>\n<section id="uploads" aria-labelledby="uploads-title" hidden><div class="list-head"><div role="status"><h2 id="uploads-title"></h2></div><span class="filters"><button type="button" id="compare-these" hidden>Compare these</button> <button type="button" id="cancel-rest" hidden>Cancel the rest</button></span></div><div class="card"><ul class="uploads"></ul></div>\n<p class="note">You may close this page. Files that show “Upload done” are kept and read even if the server restarts; find them under Recent.</p></section>\n<section id="report-place" hidden></section>\n'
    if (undefined(name='total') if l_0_total is missing else l_0_total):
        pass
        yield '\n<section id="recent" aria-labelledby="recent-title"><div class="list-head"><h2 id="recent-title">Recent <span>'
        yield escape(t_2((undefined(name='rows') if l_0_rows is missing else l_0_rows)))
        yield ' of '
        yield escape((undefined(name='total') if l_0_total is missing else l_0_total))
        yield '</span></h2>'
        yield escape(context.call(environment.getattr((undefined(name='lists') if l_0_lists is missing else l_0_lists), 'filters'), (undefined(name='counts') if l_0_counts is missing else l_0_counts), (undefined(name='total') if l_0_total is missing else l_0_total), (undefined(name='wanted') if l_0_wanted is missing else l_0_wanted), (undefined(name='link') if l_0_link is missing else l_0_link), (undefined(name='causes') if l_0_causes is missing else l_0_causes), _block_vars=_block_vars))
        yield '</div>\n'
        yield escape(context.call(environment.getattr((undefined(name='lists') if l_0_lists is missing else l_0_lists), 'table'), (undefined(name='rows') if l_0_rows is missing else l_0_rows), _block_vars=_block_vars))
        if (undefined(name='more') if l_0_more is missing else l_0_more):
            pass
            yield '<p class="more-link"><a href="/recent">All recordings</a></p>'
        yield '</section>\n'
    yield '\n'

blocks = {'title': block_title, 'main': block_main}
debug_info = '1=13&2=16&3=20&4=30&7=67&8=69&10=71&15=73&18=90&19=93&20=97&21=103&22=111&24=125&30=129&31=132&32=138'
