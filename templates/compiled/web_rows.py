"""Generated from web_rows.html.j2 by ``nox -s docs``."""

made_with = "3.1.6"
made_from = "sha256-A8HWbjmQaKikl9SOFrb5RuDIPCAwYkQtLfK9HY5VdSI="
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'web_rows.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_table = l_0_filters = missing
    try:
        t_1 = environment.filters['length']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'length' found.")
    try:
        t_2 = environment.filters['prose']
    except KeyError:
        @internalcode
        def t_2(*unused):
            raise TemplateRuntimeError("No filter named 'prose' found.")
    try:
        t_3 = environment.filters['urlencode']
    except KeyError:
        @internalcode
        def t_3(*unused):
            raise TemplateRuntimeError("No filter named 'urlencode' found.")
    pass
    def macro(l_1_rows):
        t_4 = []
        l_1_keeps = resolve('keeps')
        if l_1_rows is missing:
            l_1_rows = undefined("parameter 'rows' was not provided", name='rows')
        pass
        t_4.append(
            '\n',
        )
        if ((undefined(name='keeps') if l_1_keeps is missing else l_1_keeps) and (t_1(l_1_rows) > 1)):
            pass
            t_4.append(
                '<form id="pick" class="pick" method="get" action="/compare"><span class="note">Tick two recordings to compare them.</span> <button>Compare</button></form>',
            )
        t_4.append(
            '\n<div class="card scroll"><table class="plain recent">\n<thead><tr>',
        )
        if (undefined(name='keeps') if l_1_keeps is missing else l_1_keeps):
            pass
            t_4.append(
                '<th scope="col"><span class="heard">Compare</span></th>',
            )
        t_4.append(
            '<th scope="col">Verdict</th><th scope="col">What broke first</th><th scope="col">Who must act</th><th scope="col">Ticket</th><th scope="col">Recording</th><th scope="col">Read</th><th scope="col"><span class="heard">More</span></th></tr></thead>\n<tbody>',
        )
        for l_2_row in l_1_rows:
            l_2_mark = resolve('mark')
            l_2_state_words = resolve('state_words')
            _loop_vars = {}
            pass
            t_4.extend((
                '\n<tr class="',
                escape(environment.getattr(l_2_row, 'state')),
                '">',
            ))
            if (undefined(name='keeps') if l_1_keeps is missing else l_1_keeps):
                pass
                t_4.append(
                    '<td class="tick">',
                )
                if environment.getattr(l_2_row, 'done'):
                    pass
                    t_4.extend((
                        '<input type="checkbox" name="id" value="',
                        escape(environment.getattr(l_2_row, 'id')),
                        '" form="pick" aria-label="Compare ',
                        escape(environment.getattr(l_2_row, 'name')),
                        ', ',
                        escape(environment.getattr(l_2_row, 'when')),
                        '">',
                    ))
                t_4.append(
                    '</td>',
                )
            t_4.extend((
                '<td class="nowrap">',
                escape(context.call((undefined(name='mark') if l_2_mark is missing else l_2_mark), environment.getitem(environment.getitem((undefined(name='state_words') if l_2_state_words is missing else l_2_state_words), environment.getattr(l_2_row, 'state')), 1), _loop_vars=_loop_vars)),
                ' <b>',
                escape(environment.getitem(environment.getitem((undefined(name='state_words') if l_2_state_words is missing else l_2_state_words), environment.getattr(l_2_row, 'state')), 0)),
                '</b></td>\n<td class="headline"><a href="/captures/',
                escape(environment.getattr(l_2_row, 'id')),
                '" title="',
                escape(environment.getattr(l_2_row, 'headline')),
                '">',
                escape(t_2(environment.getattr(l_2_row, 'headline'))),
                '</a></td>\n<td class="nowrap">',
                escape(environment.getattr(l_2_row, 'owner')),
                '</td><td class="nowrap"><bdi>',
                escape((environment.getattr(l_2_row, 'ticket') or '–')),
                '</bdi></td>\n<td class="nowrap note"><bdi>',
                escape((environment.getattr(l_2_row, 'about') or environment.getattr(l_2_row, 'name'))),
                '</bdi></td>\n<td class="nowrap"><time datetime="',
                escape(environment.getattr(l_2_row, 'moment')),
                '">',
                escape(environment.getattr(l_2_row, 'when')),
                '</time></td>\n<td class="more"><details class="menu dots" name="row-menu"><summary aria-label="More about ',
                escape(environment.getattr(l_2_row, 'name')),
                '"></summary><ul>\n<li><a href="/captures/',
                escape(environment.getattr(l_2_row, 'id')),
                '">Open</a></li>',
            ))
            if environment.getattr(l_2_row, 'done'):
                pass
                t_4.extend((
                    '\n<li><form method="post" action="/captures/',
                    escape(environment.getattr(l_2_row, 'id')),
                    '/share"><button>Share link</button></form></li>\n<li><a href="/captures/',
                    escape(environment.getattr(l_2_row, 'id')),
                    '/download/html" download>Download page</a></li>\n<li><a href="/captures/',
                    escape(environment.getattr(l_2_row, 'id')),
                    '/download/json" download>Download JSON</a></li>',
                ))
                if (undefined(name='keeps') if l_1_keeps is missing else l_1_keeps):
                    pass
                    t_4.extend((
                        '\n<li><a href="/captures/',
                        escape(environment.getattr(l_2_row, 'id')),
                        '/download/sanitized" download>Download safe copy</a></li>\n<li><a href="/compare?id=',
                        escape(environment.getattr(l_2_row, 'id')),
                        '">Compare with …</a></li>',
                    ))
                if environment.getattr(l_2_row, 'fingerprint'):
                    pass
                    t_4.extend((
                        '\n<li><a href="/recent?fingerprint=',
                        escape(t_3(environment.getattr(l_2_row, 'fingerprint'))),
                        '">Same cause</a></li>',
                    ))
            t_4.extend((
                '\n<li><form method="post" action="/captures/',
                escape(environment.getattr(l_2_row, 'id')),
                '/delete"><button data-asks="Delete ',
            ))
            if environment.getattr(l_2_row, 'ticket'):
                pass
                t_4.extend((
                    'the report of ticket ',
                    escape(environment.getattr(l_2_row, 'ticket')),
                ))
            else:
                pass
                t_4.extend((
                    'this report of ',
                    escape(environment.getattr(l_2_row, 'name')),
                ))
            t_4.append(
                '? This cannot be undone.">Delete</button></form></li>\n</ul></details></td></tr>',
            )
        l_2_row = l_2_mark = l_2_state_words = missing
        t_4.append(
            '\n</tbody></table></div>\n',
        )
        return concat(t_4)
    context.exported_vars.add('table')
    context.vars['table'] = l_0_table = Macro(environment, macro, 'table', ('rows',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_counts, l_1_total, l_1_wanted, l_1_link, l_1_causes):
        t_5 = []
        l_1_state_words = resolve('state_words')
        if l_1_counts is missing:
            l_1_counts = undefined("parameter 'counts' was not provided", name='counts')
        if l_1_total is missing:
            l_1_total = undefined("parameter 'total' was not provided", name='total')
        if l_1_wanted is missing:
            l_1_wanted = undefined("parameter 'wanted' was not provided", name='wanted')
        if l_1_link is missing:
            l_1_link = undefined("parameter 'link' was not provided", name='link')
        if l_1_causes is missing:
            l_1_causes = undefined("parameter 'causes' was not provided", name='causes')
        pass
        t_5.extend((
            '\n<div class="filters"><nav class="segments" aria-label="Verdicts"><a href="',
            escape(context.call(l_1_link, state='')),
            '"',
        ))
        if (not environment.getattr(l_1_wanted, 'state')):
            pass
            t_5.append(
                ' aria-current="true"',
            )
        t_5.extend((
            '>All ',
            escape(l_1_total),
            '</a>',
        ))
        def t_6(fiter):
            for (l_2_state, l_2_words) in fiter:
                if environment.getitem(l_1_counts, l_2_state):
                    yield (l_2_state, l_2_words)
        for (l_2_state, l_2_words) in t_6(context.call(environment.getattr((undefined(name='state_words') if l_1_state_words is missing else l_1_state_words), 'items'))):
            _loop_vars = {}
            pass
            t_5.extend((
                '<a href="',
                escape(context.call(l_1_link, state=l_2_state, _loop_vars=_loop_vars)),
                '"',
            ))
            if (environment.getattr(l_1_wanted, 'state') == l_2_state):
                pass
                t_5.append(
                    ' aria-current="true"',
                )
            t_5.extend((
                '>',
                escape(environment.getitem(l_2_words, 0)),
                ' ',
                escape(environment.getitem(l_1_counts, l_2_state)),
                '</a>',
            ))
        l_2_state = l_2_words = missing
        t_5.extend((
            '</nav>\n<form method="get" action="/recent" role="search"><label class="heard" for="q">Search by cause, host, name or ticket</label>\n<input id="q" type="search" name="q" value="',
            escape(environment.getattr(l_1_wanted, 'words')),
            '" placeholder="Cause, host, ticket" maxlength="200">',
        ))
        if l_1_causes:
            pass
            t_5.append(
                '<label class="heard" for="cause">Cause</label><select id="cause" name="fingerprint"><option value="">Every cause</option>',
            )
            for l_2_one in l_1_causes:
                _loop_vars = {}
                pass
                t_5.extend((
                    '<option value="',
                    escape(environment.getattr(l_2_one, 'fingerprint')),
                    '"',
                ))
                if (environment.getattr(l_1_wanted, 'fingerprint') == environment.getattr(l_2_one, 'fingerprint')):
                    pass
                    t_5.append(
                        ' selected',
                    )
                t_5.extend((
                    '>',
                    escape(environment.getattr(l_2_one, 'title')),
                    ' (',
                    escape(environment.getattr(l_2_one, 'count')),
                    ')</option>',
                ))
            l_2_one = missing
            t_5.append(
                '</select>',
            )
        def t_7(fiter):
            for l_2_name in fiter:
                if environment.getitem(l_1_wanted, l_2_name):
                    yield l_2_name
        for l_2_name in t_7(('state', 'rule', 'owner', 'ticket')):
            _loop_vars = {}
            pass
            t_5.extend((
                '<input type="hidden" name="',
                escape(l_2_name),
                '" value="',
                escape(environment.getitem(l_1_wanted, l_2_name)),
                '">',
            ))
        l_2_name = missing
        t_5.append(
            '<button>Search</button></form></div>\n',
        )
        return concat(t_5)
    context.exported_vars.add('filters')
    context.vars['filters'] = l_0_filters = Macro(environment, macro, 'filters', ('counts', 'total', 'wanted', 'link', 'causes'), False, False, False, context.eval_ctx.autoescape)

blocks = {}
debug_info = '1=30&2=39&4=47&6=55&7=62&8=90&9=96&10=100&11=102&12=106&13=108&14=111&15=115&16=117&17=119&18=122&19=126&20=128&22=131&23=135&26=140&31=166&32=182&33=195&35=222&36=225&37=254'
