"""Generated from report.html.j2 by ``nox -s docs``."""

made_with = "3.1.6"
made_from = "sha256-fjwL+xKzgE9HUCB6RB1k2M1KbNJZ8U6Net3iGAoGnHs="
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'report.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_policy = resolve('policy')
    l_0_state_word = resolve('state_word')
    l_0_report = resolve('report')
    l_0_style = resolve('style')
    l_0_sections = resolve('sections')
    l_0_mark = resolve('mark')
    l_0_left_out = resolve('left_out')
    l_0_holds = resolve('holds')
    l_0_span_words = resolve('span_words')
    l_0_asks = resolve('asks')
    l_0_root = resolve('root')
    l_0_pips = resolve('pips')
    l_0_owner_word = resolve('owner_word')
    l_0_legend = resolve('legend')
    l_0_pair = resolve('pair')
    l_0_further = resolve('further')
    l_0_in_question = resolve('in_question')
    l_0_waiting = resolve('waiting')
    l_0_ask_steps = resolve('ask_steps')
    l_0_normal = resolve('normal')
    l_0_ready = resolve('ready')
    l_0_consequences = resolve('consequences')
    l_0_others = resolve('others')
    l_0_notes = resolve('notes')
    l_0_counts = resolve('counts')
    l_0_outcomes = resolve('outcomes')
    l_0_more_outcomes = resolve('more_outcomes')
    l_0_more_counts = resolve('more_counts')
    l_0_budget_picture = resolve('budget_picture')
    l_0_token_picture = resolve('token_picture')
    l_0_folded_count = resolve('folded_count')
    l_0_folded_words = resolve('folded_words')
    l_0_shown_rows = resolve('shown_rows')
    l_0_ticks = resolve('ticks')
    l_0_timeline = resolve('timeline')
    l_0_data = resolve('data')
    l_0_script = resolve('script')
    l_0_pictures = l_0_capture = l_0_state = l_0_proof_card = l_0_outcome_rows = missing
    try:
        t_1 = environment.filters['beside']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'beside' found.")
    try:
        t_2 = environment.filters['brief']
    except KeyError:
        @internalcode
        def t_2(*unused):
            raise TemplateRuntimeError("No filter named 'brief' found.")
    try:
        t_3 = environment.filters['chips']
    except KeyError:
        @internalcode
        def t_3(*unused):
            raise TemplateRuntimeError("No filter named 'chips' found.")
    try:
        t_4 = environment.filters['format']
    except KeyError:
        @internalcode
        def t_4(*unused):
            raise TemplateRuntimeError("No filter named 'format' found.")
    try:
        t_5 = environment.filters['int']
    except KeyError:
        @internalcode
        def t_5(*unused):
            raise TemplateRuntimeError("No filter named 'int' found.")
    try:
        t_6 = environment.filters['join']
    except KeyError:
        @internalcode
        def t_6(*unused):
            raise TemplateRuntimeError("No filter named 'join' found.")
    try:
        t_7 = environment.filters['length']
    except KeyError:
        @internalcode
        def t_7(*unused):
            raise TemplateRuntimeError("No filter named 'length' found.")
    try:
        t_8 = environment.filters['list']
    except KeyError:
        @internalcode
        def t_8(*unused):
            raise TemplateRuntimeError("No filter named 'list' found.")
    try:
        t_9 = environment.filters['map']
    except KeyError:
        @internalcode
        def t_9(*unused):
            raise TemplateRuntimeError("No filter named 'map' found.")
    try:
        t_10 = environment.filters['marked']
    except KeyError:
        @internalcode
        def t_10(*unused):
            raise TemplateRuntimeError("No filter named 'marked' found.")
    try:
        t_11 = environment.filters['min']
    except KeyError:
        @internalcode
        def t_11(*unused):
            raise TemplateRuntimeError("No filter named 'min' found.")
    try:
        t_12 = environment.filters['prose']
    except KeyError:
        @internalcode
        def t_12(*unused):
            raise TemplateRuntimeError("No filter named 'prose' found.")
    try:
        t_13 = environment.filters['rejectattr']
    except KeyError:
        @internalcode
        def t_13(*unused):
            raise TemplateRuntimeError("No filter named 'rejectattr' found.")
    try:
        t_14 = environment.filters['replace']
    except KeyError:
        @internalcode
        def t_14(*unused):
            raise TemplateRuntimeError("No filter named 'replace' found.")
    try:
        t_15 = environment.filters['round']
    except KeyError:
        @internalcode
        def t_15(*unused):
            raise TemplateRuntimeError("No filter named 'round' found.")
    try:
        t_16 = environment.filters['select']
    except KeyError:
        @internalcode
        def t_16(*unused):
            raise TemplateRuntimeError("No filter named 'select' found.")
    try:
        t_17 = environment.filters['selectattr']
    except KeyError:
        @internalcode
        def t_17(*unused):
            raise TemplateRuntimeError("No filter named 'selectattr' found.")
    try:
        t_18 = environment.filters['unique']
    except KeyError:
        @internalcode
        def t_18(*unused):
            raise TemplateRuntimeError("No filter named 'unique' found.")
    try:
        t_19 = environment.tests['none']
    except KeyError:
        @internalcode
        def t_19(*unused):
            raise TemplateRuntimeError("No test named 'none' found.")
    pass
    l_0_pictures = context.vars['pictures'] = environment.get_template('pictures.html.j2', 'report.html.j2')._get_default_module(context)
    context.exported_vars.discard('pictures')
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="'
    yield escape((undefined(name='policy') if l_0_policy is missing else l_0_policy))
    yield '">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n<title>'
    yield escape((undefined(name='state_word') if l_0_state_word is missing else l_0_state_word))
    yield ': '
    yield escape(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'capture'), 'name'))
    yield ' - haranalyze</title>\n<style>'
    yield escape((undefined(name='style') if l_0_style is missing else l_0_style))
    yield '</style>\n</head>'
    l_0_capture = environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'capture')
    context.vars['capture'] = l_0_capture
    context.exported_vars.add('capture')
    l_0_state = environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'verdict'), 'state')
    context.vars['state'] = l_0_state
    context.exported_vars.add('state')
    yield '\n'
    def macro(l_1_card):
        t_20 = []
        l_1_unmarked = missing
        if l_1_card is missing:
            l_1_card = undefined("parameter 'card' was not provided", name='card')
        pass
        t_20.extend((
            '\n<article class="card proof-card" id="p',
            escape(environment.getattr(l_1_card, 'exchange')),
            '"><header><h3 class="number">#',
            escape(environment.getattr(l_1_card, 'exchange')),
            ' <code>',
            escape(environment.getattr(l_1_card, 'method')),
            ' <bdi>',
            escape(environment.getattr(l_1_card, 'path')),
            '</bdi></code></h3>\n<span class="status ',
            escape(('bad' if ((environment.getattr(l_1_card, 'status') >= 400) or (not environment.getattr(l_1_card, 'status'))) else 'good')),
            '">',
            escape((environment.getattr(l_1_card, 'status') or 'no answer')),
            '</span></header>\n<p class="when"><span><span class="role role-',
            escape(environment.getattr(l_1_card, 'role')),
            '" aria-hidden="true"></span>',
            escape(t_14(context.eval_ctx, environment.getattr(l_1_card, 'role'), '-', ' ')),
            ' · <bdi>',
            escape(environment.getattr(l_1_card, 'host')),
            '</bdi></span><span>+',
            escape(t_4('%.3f', (environment.getattr(l_1_card, 'at') / 1000))),
            ' s · took ',
            escape(t_5(t_15(environment.getattr(l_1_card, 'took')))),
            ' ms</span></p>\n<p class="said">',
            escape(t_12(environment.getattr(l_1_card, 'story'))),
        ))
        if environment.getattr(l_1_card, 'said'):
            pass
            t_20.extend((
                ' ',
                escape(t_12(environment.getattr(l_1_card, 'said'))),
            ))
        t_20.append(
            '</p>',
        )
        for l_2_side in ('request', 'response'):
            l_2_lines = missing
            _loop_vars = {}
            pass
            l_2_lines = t_8(context.eval_ctx, t_17(context, environment.getattr(l_1_card, 'lines'), 'side', 'equalto', l_2_side))
            _loop_vars['lines'] = l_2_lines
            if (undefined(name='lines') if l_2_lines is missing else l_2_lines):
                pass
                t_20.extend((
                    '\n<table><caption>',
                    escape(l_2_side),
                    '</caption>',
                ))
                for l_3_line in (undefined(name='lines') if l_2_lines is missing else l_2_lines):
                    l_3_diamonds = resolve('diamonds')
                    _loop_vars = {}
                    pass
                    t_20.extend((
                        '\n<tr class="',
                        escape(environment.getattr(l_3_line, 'mark')),
                        '"><th scope="row" class="mono">',
                        escape(environment.getitem((undefined(name='diamonds') if l_3_diamonds is missing else l_3_diamonds), environment.getattr(l_3_line, 'mark'))),
                        escape(environment.getattr(l_3_line, 'name')),
                        '</th><td class="mono"><bdi>',
                    ))
                    if (((environment.getattr(l_3_line, 'mark') == 'decisive') and (undefined(name='root') if l_0_root is missing else l_0_root)) and (environment.getattr(l_3_line, 'value') == environment.getattr(environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'primary'), 'quote'))):
                        pass
                        t_20.append(
                            escape(t_10(environment.getattr(l_3_line, 'value'), environment.getattr(environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'primary'), 'exact'))),
                        )
                    else:
                        pass
                        t_20.append(
                            escape(t_3((t_2(environment.getattr(l_3_line, 'value')) if ((environment.getattr(l_3_line, 'name') == 'cookie') and (not environment.getattr(l_3_line, 'mark'))) else environment.getattr(l_3_line, 'value')))),
                        )
                    t_20.append(
                        '</bdi>',
                    )
                    if environment.getattr(l_3_line, 'caption'):
                        pass
                        t_20.extend((
                            '<span class="caption">',
                            escape(environment.getitem((undefined(name='diamonds') if l_3_diamonds is missing else l_3_diamonds), environment.getattr(l_3_line, 'mark'))),
                            escape(t_12(environment.getattr(l_3_line, 'caption'))),
                            '</span>',
                        ))
                    t_20.append(
                        '</td></tr>',
                    )
                l_3_line = l_3_diamonds = missing
                t_20.append(
                    '\n</table>',
                )
        l_2_side = l_2_lines = missing
        l_1_unmarked = t_7(t_8(context.eval_ctx, t_13(context, environment.getattr(l_1_card, 'lines'), 'mark')))
        t_20.extend((
            '\n<p class="more"><span class="wide">',
            escape(environment.getattr(l_1_card, 'more')),
            ' more header lines do not matter here</span><span class="narrow">',
            escape((environment.getattr(l_1_card, 'more') + (undefined(name='unmarked') if l_1_unmarked is missing else l_1_unmarked))),
            ' more lines</span> · <a href="#',
            escape((t_4('x%d', environment.getattr(l_1_card, 'exchange')) if (environment.getattr(l_1_card, 'exchange') in (undefined(name='shown_rows') if l_0_shown_rows is missing else l_0_shown_rows)) else 'timeline')),
            '" data-exchange="',
            escape(environment.getattr(l_1_card, 'exchange')),
            '">#',
            escape(environment.getattr(l_1_card, 'exchange')),
            ' in the timeline</a></p></article>',
        ))
        return concat(t_20)
    context.exported_vars.add('proof_card')
    context.vars['proof_card'] = l_0_proof_card = Macro(environment, macro, 'proof_card', ('card',), False, False, False, context.eval_ctx.autoescape)
    yield '\n<body>\n<p id="printed" class="only-print"></p>\n<a class="skip" href="#headline">Skip to the verdict</a>\n<header class="bar"><b>haranalyze</b><span class="file"><bdi>'
    yield escape(environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'name'))
    yield '</bdi></span>\n<span class="tools"><button type="button" id="print" class="only-script wide">Print</button><button type="button" id="theme" class="only-script">Theme: auto</button><button type="button" id="keys" class="only-script wide quiet" aria-haspopup="dialog"><kbd>?</kbd> keys</button></span></header>\n<main>\n<div class="shell">\n<nav class="sections" aria-label="Sections"><ol>'
    for (l_1_anchor, l_1_name, l_1_count) in (undefined(name='sections') if l_0_sections is missing else l_0_sections):
        _loop_vars = {}
        pass
        yield '\n<li><a href="#'
        yield escape(l_1_anchor)
        yield '"><span>'
        yield escape(l_1_name)
        yield '</span><span>'
        yield escape(l_1_count)
        yield '</span></a></li>'
    l_1_anchor = l_1_name = l_1_count = missing
    yield '\n</ol><p class="only-script keys"><kbd>1</kbd>–<kbd>'
    yield escape(t_11(environment, [t_7((undefined(name='sections') if l_0_sections is missing else l_0_sections)), 9]))
    yield '</kbd> jump<br>to a section</p></nav>\n<div class="column">\n<section id="verdict" aria-labelledby="headline">\n<p class="facts-line">'
    if environment.getattr(environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'quality'), 'missing'):
        pass
        yield '<span>'
        yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'ask'))
        yield ' <b>Limited recording</b>, without '
        yield escape(t_6(context.eval_ctx, (undefined(name='left_out') if l_0_left_out is missing else l_0_left_out), ', '))
        yield '</span>'
    else:
        pass
        yield '<span>'
        yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'pass'))
        yield ' <b>Good recording</b>'
        if (undefined(name='holds') if l_0_holds is missing else l_0_holds):
            pass
            yield '<span class="wide">: '
            yield escape(t_6(context.eval_ctx, (undefined(name='holds') if l_0_holds is missing else l_0_holds), ', '))
            yield '</span>'
        yield '</span>'
    if environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'browser'):
        pass
        yield '<span><b>'
        yield escape(environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'browser'))
        yield '</b></span>'
    if environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'started'):
        pass
        yield '<span><time datetime="'
        yield escape(environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'started'))
        yield '">'
        yield escape(t_14(context.eval_ctx, environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'started')[:19], 'T', ' '))
        yield ' UTC</time></span>'
    yield '\n<span><b>'
    yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'exchanges')))
    yield '</b><span class="wide"> exchange'
    yield escape(('' if (environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'exchanges') == 1) else 's'))
    yield '</span>'
    if environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'exchanges'):
        pass
        yield ' in <b>'
        yield escape((undefined(name='span_words') if l_0_span_words is missing else l_0_span_words))
        yield '</b>'
    yield '</span><span class="wide">'
    yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'lock'))
    yield ' secrets masked</span></p>\n<div class="card verdict '
    yield escape((undefined(name='state') if l_0_state is missing else l_0_state))
    yield '">\n'
    yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), (undefined(name='state') if l_0_state is missing else l_0_state), 'big'))
    yield '\n<div>\n<p class="state">'
    yield escape((undefined(name='state_word') if l_0_state_word is missing else l_0_state_word))
    yield '</p>\n<h1 id="headline" tabindex="-1">'
    yield escape(t_12(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'verdict'), 'headline')))
    yield '</h1>\n'
    if (undefined(name='asks') if l_0_asks is missing else l_0_asks):
        pass
        yield '<p class="do"><b>Do this:</b> ask for a new recording that holds what is missing here. <a href="#ask">The request, word for word</a></p>\n'
    elif environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'verdict'), 'next_step'):
        pass
        yield '<p class="do"><b>Do this:</b> '
        yield escape(t_12(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'verdict'), 'next_step')))
        if (((undefined(name='root') if l_0_root is missing else l_0_root) and environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'fix')) and environment.getattr(environment.getitem(environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'fix'), 0), 'after')):
            pass
            yield ' <a href="#fix">See the change</a>'
        yield '</p>'
    yield '\n<p class="badges">'
    if ((undefined(name='state') if l_0_state is missing else l_0_state) != 'cannot-tell'):
        pass
        yield '<span>Confidence <span class="pips" aria-hidden="true">'
        yield escape((undefined(name='pips') if l_0_pips is missing else l_0_pips))
        yield '</span> <b>'
        yield escape(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'verdict'), 'confidence'))
        yield '</b></span>'
    if (undefined(name='owner_word') if l_0_owner_word is missing else l_0_owner_word):
        pass
        yield '<span>Who must act <span class="pill">'
        yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'person'))
        yield ' '
        yield escape((undefined(name='owner_word') if l_0_owner_word is missing else l_0_owner_word))
        yield '</span></span>'
    elif ((undefined(name='state') if l_0_state is missing else l_0_state) == 'healthy'):
        pass
        yield '<span>Who must act <b>nobody</b></span>'
    if (undefined(name='root') if l_0_root is missing else l_0_root):
        pass
        yield '<span>Rule <code>'
        yield escape(environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'rule'))
        yield '</code></span>'
    else:
        pass
        yield '<span>Checked <b>'
        yield escape(t_7(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'rules')))
        yield ' rules</b></span>'
    yield '</p>\n'
    for l_1_alternative in environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'verdict'), 'alternatives'):
        _loop_vars = {}
        pass
        yield '<p class="note">It could also be this: '
        yield escape(t_12(l_1_alternative))
        yield '</p>'
    l_1_alternative = missing
    yield '\n<div class="buttons"><button type="button" class="primary only-script" data-copy="text-customer">'
    yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'copy'))
    yield '<span>'
    yield escape(('Copy the request for a new recording' if (undefined(name='asks') if l_0_asks is missing else l_0_asks) else 'Copy reply to customer'))
    yield '</span></button>\n<button type="button" class="only-script" data-copy="text-engineering">'
    yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'copy'))
    yield '<span>Copy note for engineering</span></button>\n'
    if environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'proof'):
        pass
        yield '<a href="#proof">Show the proof ↓</a>'
    elif (undefined(name='asks') if l_0_asks is missing else l_0_asks):
        pass
        yield '<a href="#shows">What it does show ↓</a>'
    yield '</div>\n</div></div>\n</section>\n\n'
    if environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'strip'):
        pass
        yield '\n<section id="strip" aria-labelledby="strip-title"><h2 id="strip-title">Login, step by step</h2>\n<p class="legend">'
        yield escape((undefined(name='legend') if l_0_legend is missing else l_0_legend))
        yield '</p>\n<ol class="strip">'
        for l_1_box in environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'strip'):
            l_1_anchors = resolve('anchors')
            l_1_box_marks = resolve('box_marks')
            l_1_state_words = resolve('state_words')
            _loop_vars = {}
            pass
            yield '\n<li class="'
            yield escape(environment.getattr(l_1_box, 'state'))
            yield '">'
            if (environment.getattr(l_1_box, 'state') == 'broken'):
                pass
                yield '<span class="cut"><svg viewBox="0 0 30 24" aria-hidden="true"><path d="M9 1l-4 6 6 3-5 6 4 2-3 5M20 1l-4 6 6 3-5 6 4 2-3 5"/></svg>breaks here</span>'
            yield '<a href="#'
            yield escape(environment.getitem((undefined(name='anchors') if l_1_anchors is missing else l_1_anchors), environment.getattr(l_1_box, 'exchange')))
            yield '"'
            if (environment.getitem(environment.getitem((undefined(name='anchors') if l_1_anchors is missing else l_1_anchors), environment.getattr(l_1_box, 'exchange')), 0) != 'p'):
                pass
                yield ' data-exchange="'
                yield escape(environment.getattr(l_1_box, 'exchange'))
                yield '"'
            yield '>\n<strong>'
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), environment.getitem((undefined(name='box_marks') if l_1_box_marks is missing else l_1_box_marks), environment.getattr(l_1_box, 'state')), _loop_vars=_loop_vars))
            yield ' '
            yield escape(environment.getattr(l_1_box, 'name'))
            yield '</strong>\n<span class="mono">'
            yield escape(environment.getattr(l_1_box, 'line'))
            yield '</span><span>'
            if t_19(environment.getattr(l_1_box, 'status')):
                pass
                yield 'at #'
                yield escape(environment.getattr(l_1_box, 'exchange'))
            else:
                pass
                yield escape((environment.getattr(l_1_box, 'status') or 'no answer'))
                yield ' · #'
                yield escape(environment.getattr(l_1_box, 'exchange'))
            yield '</span>'
            if environment.getattr(l_1_box, 'remark'):
                pass
                yield '<span class="remark">'
                yield escape(t_12(environment.getattr(l_1_box, 'remark')))
                yield '</span>'
            if (environment.getattr(l_1_box, 'state') in (undefined(name='state_words') if l_1_state_words is missing else l_1_state_words)):
                pass
                yield '<span class="heard">'
                yield escape(environment.getitem((undefined(name='state_words') if l_1_state_words is missing else l_1_state_words), environment.getattr(l_1_box, 'state')))
                yield '</span>'
            yield '</a></li>'
        l_1_box = l_1_anchors = l_1_box_marks = l_1_state_words = missing
        yield '\n</ol></section>\n'
    yield '\n\n'
    if environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'proof'):
        pass
        yield '\n<section id="proof" class="'
        yield escape((undefined(name='state') if l_0_state is missing else l_0_state))
        yield '" aria-labelledby="proof-title"><h2 id="proof-title">Proof: '
        yield escape(environment.getitem(['no exchange', 'one exchange', 'two exchanges', 'three exchanges'], t_7(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'proof'))))
        yield '</h2>\n<p class="legend"><b class="decides">◆</b> the line that decides · <b class="decides">◇</b> a line that should be there and is not</p>\n<div class="pair">'
        for l_1_card in (undefined(name='pair') if l_0_pair is missing else l_0_pair):
            _loop_vars = {}
            pass
            yield '\n'
            yield escape(context.call((undefined(name='proof_card') if l_0_proof_card is missing else l_0_proof_card), l_1_card, _loop_vars=_loop_vars))
        l_1_card = missing
        yield '\n</div>\n<p class="note after">'
        yield escape(t_12(environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'message')))
        yield '</p>'
        for l_1_card in (undefined(name='further') if l_0_further is missing else l_0_further):
            l_1_captions = missing
            _loop_vars = {}
            pass
            l_1_captions = t_8(context.eval_ctx, t_16(context, t_9(context, environment.getattr(l_1_card, 'lines'), attribute='caption')))
            _loop_vars['captions'] = l_1_captions
            yield '\n<details class="further"><summary><b>#'
            yield escape(environment.getattr(l_1_card, 'exchange'))
            yield '</b> <code>'
            yield escape(environment.getattr(l_1_card, 'method'))
            yield ' <bdi>'
            yield escape(environment.getattr(l_1_card, 'path'))
            yield '</bdi></code> '
            yield escape((t_12(environment.getitem((undefined(name='captions') if l_1_captions is missing else l_1_captions), 0)) if (undefined(name='captions') if l_1_captions is missing else l_1_captions) else (environment.getattr(l_1_card, 'status') or 'no answer')))
            yield '</summary><div>'
            yield escape(context.call((undefined(name='proof_card') if l_0_proof_card is missing else l_0_proof_card), l_1_card, _loop_vars=_loop_vars))
            yield '</div></details>'
        l_1_card = l_1_captions = missing
        yield '\n</section>\n'
    yield '\n\n'
    l_1_loop = missing
    for l_1_why, l_1_loop in LoopContext(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'why'), undefined):
        _loop_vars = {}
        pass
        yield '\n<section id="why" aria-labelledby="why-title"><h2 id="why-title">Why was <code>'
        yield escape(environment.getattr(l_1_why, 'cookie'))
        yield '</code> '
        yield escape(('not ' if t_8(context.eval_ctx, t_17(context, environment.getattr(l_1_why, 'steps'), 'outcome', 'equalto', 'stop')) else ''))
        yield 'sent with #'
        yield escape(environment.getattr(l_1_why, 'exchange'))
        yield '?</h2>\n<p class="note">The checks a browser makes, in its order.</p>\n<div class="card"><ol class="steps">'
        l_2_loop = missing
        for l_2_step, l_2_loop in LoopContext(environment.getattr(l_1_why, 'steps'), undefined):
            l_2_step_marks = resolve('step_marks')
            _loop_vars = {}
            pass
            yield '\n<li class="'
            yield escape(environment.getattr(l_2_step, 'outcome'))
            yield '">'
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), environment.getitem((undefined(name='step_marks') if l_2_step_marks is missing else l_2_step_marks), environment.getattr(l_2_step, 'outcome')), _loop_vars=_loop_vars))
            yield '<b>'
            yield escape(environment.getattr(l_2_loop, 'index'))
            yield '. '
            yield escape(environment.getattr(l_2_step, 'check'))
            yield '</b><span>'
            yield escape(t_12(environment.getattr(l_2_step, 'finding')))
            yield '</span><span class="source mono">'
            yield escape((environment.getattr(l_2_step, 'source') or (t_4('#%d', environment.getattr(l_2_step, 'exchange')) if (not t_19(environment.getattr(l_2_step, 'exchange'))) else '')))
            yield '</span></li>'
        l_2_loop = l_2_step = l_2_step_marks = missing
        yield '\n</ol></div></section>\n'
    l_1_loop = l_1_why = missing
    yield '\n\n'
    if ((undefined(name='root') if l_0_root is missing else l_0_root) and environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'fix')):
        pass
        yield '\n<section id="fix" aria-labelledby="fix-title"><h2 id="fix-title">Fix</h2>'
        l_1_loop = missing
        for l_1_fix, l_1_loop in LoopContext(environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'fix'), undefined):
            l_1_owners = resolve('owners')
            l_1_reading = resolve('reading')
            l_1_knows = missing
            _loop_vars = {}
            pass
            if (environment.getattr(l_1_loop, 'index') == 2):
                pass
                yield '<details><summary>Another way: '
                yield escape(t_6(context.eval_ctx, t_9(context, environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'fix')[1:], attribute='place'), '; '))
                yield '</summary><div>'
            yield '\n<div class="card fix"><header>'
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'person', _loop_vars=_loop_vars))
            yield '<h3>'
            yield escape(environment.getitem((undefined(name='owners') if l_1_owners is missing else l_1_owners), environment.getattr(l_1_fix, 'for_')))
            yield '</h3><span>'
            yield escape(t_12(environment.getattr(l_1_fix, 'place')))
            yield '</span>'
            if environment.getattr(l_1_fix, 'after'):
                pass
                yield '<button type="button" class="only-script" data-copy="fix-'
                yield escape(environment.getattr(l_1_loop, 'index'))
                yield '">'
                yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'copy', _loop_vars=_loop_vars))
                yield '<span>Copy the new lines</span></button>'
            yield '</header>\n<p>'
            yield escape(t_12(environment.getattr(l_1_fix, 'text')))
            yield '</p>'
            if environment.getattr(l_1_fix, 'after'):
                pass
                yield '\n<div class="diff">'
                if environment.getattr(l_1_fix, 'before'):
                    pass
                    yield '<div class="before"><h4>Before</h4><pre>'
                    for l_2_line in context.call(environment.getattr(environment.getattr(l_1_fix, 'before'), 'splitlines'), _loop_vars=_loop_vars):
                        _loop_vars = {}
                        pass
                        yield '<span>'
                        yield escape(l_2_line)
                        yield '</span>'
                    l_2_line = missing
                    yield '</pre></div>'
                yield '\n<div class="after"><h4>After</h4><pre>'
                for l_2_line in context.call(environment.getattr(environment.getattr(l_1_fix, 'after'), 'splitlines'), _loop_vars=_loop_vars):
                    _loop_vars = {}
                    pass
                    yield '<span>'
                    yield escape(l_2_line)
                    yield '</span>'
                l_2_line = missing
                yield '</pre><pre id="fix-'
                yield escape(environment.getattr(l_1_loop, 'index'))
                yield '" hidden>'
                yield escape(environment.getattr(l_1_fix, 'after'))
                yield '</pre></div></div>'
            if (environment.getattr(l_1_fix, 'wire') and (environment.getattr(l_1_loop, 'first') or (environment.getattr(l_1_fix, 'wire') != environment.getattr(environment.getitem(environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'fix'), 0), 'wire')))):
                pass
                yield '\n<div class="diff wire"><div class="before"><h4>On the wire, #'
                yield escape(environment.getattr(environment.getattr(l_1_fix, 'wire'), 'exchange'))
                yield ' now</h4><pre><span>'
                yield escape(environment.getattr(environment.getattr(l_1_fix, 'wire'), 'line'))
                yield ': '
                if environment.getattr(environment.getattr(l_1_fix, 'wire'), 'now'):
                    pass
                    yield escape(t_1(environment.getattr(environment.getattr(l_1_fix, 'wire'), 'now'), environment.getattr(environment.getattr(l_1_fix, 'wire'), 'works')))
                else:
                    pass
                    yield 'not there'
                yield '</span></pre></div>\n<div class="after"><h4>On the wire, when it works</h4><pre><span>'
                yield escape(environment.getattr(environment.getattr(l_1_fix, 'wire'), 'line'))
                yield ': '
                yield escape(t_1(environment.getattr(environment.getattr(l_1_fix, 'wire'), 'works'), environment.getattr(environment.getattr(l_1_fix, 'wire'), 'now')))
                yield '</span></pre></div></div>'
            l_1_knows = (environment.getattr(l_1_fix, 'good_to_know') and (environment.getattr(l_1_loop, 'first') or (environment.getattr(l_1_fix, 'good_to_know') != environment.getattr(environment.getitem(environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'fix'), 0), 'good_to_know'))))
            _loop_vars['knows'] = l_1_knows
            if (environment.getattr(l_1_loop, 'first') or (undefined(name='knows') if l_1_knows is missing else l_1_knows)):
                pass
                yield '<div class="about">'
                if environment.getattr(l_1_loop, 'first'):
                    pass
                    yield '<p><b>Check it:</b> '
                    if environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'decides'):
                        pass
                        yield escape(t_12(environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'decides')))
                        yield ' '
                    yield 'Record the login again, or run <code>haranalyze analyze</code> on the new recording: this finding must be gone.</p>'
                if (undefined(name='knows') if l_1_knows is missing else l_1_knows):
                    pass
                    yield '<p><b>Good to know:</b> '
                    yield escape(t_12(environment.getattr(l_1_fix, 'good_to_know')))
                    yield '</p>'
                if (environment.getattr(l_1_loop, 'first') and (undefined(name='reading') if l_1_reading is missing else l_1_reading)):
                    pass
                    yield '<p><b>Read on:</b> '
                    l_2_loop = missing
                    for (l_2_name, l_2_address), l_2_loop in LoopContext((undefined(name='reading') if l_1_reading is missing else l_1_reading), undefined):
                        _loop_vars = {}
                        pass
                        if l_2_address:
                            pass
                            yield '<a href="'
                            yield escape(l_2_address)
                            yield '" rel="noreferrer noopener" target="_blank">'
                            yield escape(l_2_name)
                            yield '</a>'
                        else:
                            pass
                            yield escape(l_2_name)
                        yield escape(('' if environment.getattr(l_2_loop, 'last') else ' · '))
                    l_2_loop = l_2_name = l_2_address = missing
                    yield '</p>'
                yield '\n</div>'
            yield '\n</div>'
            if (environment.getattr(l_1_loop, 'last') and (environment.getattr(l_1_loop, 'index') > 1)):
                pass
                yield '</div></details>'
        l_1_loop = l_1_fix = l_1_owners = l_1_knows = l_1_reading = missing
        yield '\n</section>\n'
    yield '\n\n'
    if ((undefined(name='state') if l_0_state is missing else l_0_state) == 'cannot-tell'):
        pass
        yield '<div class="pair told"><div>\n<section id="shows" aria-labelledby="shows-title"><h2 id="shows-title">What it does show</h2>\n<div class="card"><table class="plain"><tbody>'
        def t_21(fiter):
            for l_1_box in fiter:
                if (environment.getattr(l_1_box, 'exchange') not in environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'verdict'), 'in_question')):
                    yield l_1_box
        for l_1_box in t_21(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'strip')):
            _loop_vars = {}
            pass
            yield '\n<tr><td class="nowrap">'
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'pass', _loop_vars=_loop_vars))
            yield ' #'
            yield escape(environment.getattr(l_1_box, 'exchange'))
            yield '</td><td>'
            yield escape(environment.getattr(l_1_box, 'name'))
            yield ': <code>'
            yield escape(environment.getattr(l_1_box, 'line'))
            yield '</code> '
            yield escape((t_4('answered %d', environment.getattr(l_1_box, 'status')) if environment.getattr(l_1_box, 'status') else 'got no answer'))
            if environment.getattr(l_1_box, 'remark'):
                pass
                yield ', '
                yield escape(environment.getattr(l_1_box, 'remark'))
            yield '</td></tr>'
        l_1_box = missing
        for l_1_row in (undefined(name='in_question') if l_0_in_question is missing else l_0_in_question):
            _loop_vars = {}
            pass
            yield '\n<tr><td class="nowrap">'
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'ask', _loop_vars=_loop_vars))
            yield ' #'
            yield escape(environment.getattr(l_1_row, 'exchange'))
            yield '</td><td>In question: <code>'
            yield escape(environment.getattr(l_1_row, 'method'))
            yield ' <bdi>'
            yield escape(environment.getattr(l_1_row, 'host'))
            yield escape(environment.getattr(l_1_row, 'path'))
            yield '</bdi></code> '
            yield escape((t_4('answered %d', environment.getattr(l_1_row, 'status')) if environment.getattr(l_1_row, 'status') else 'got no answer'))
            yield '</td></tr>'
        l_1_row = missing
        yield '\n</tbody></table></div></section>\n'
        if (undefined(name='waiting') if l_0_waiting is missing else l_0_waiting):
            pass
            yield '\n<section id="missing" aria-labelledby="missing-title"><h2 id="missing-title">What is missing, and what it would have answered</h2>\n<div class="card scroll"><table class="plain"><thead><tr><th scope="col">Left out</th><th scope="col">With it one could tell whether this is so</th></tr></thead><tbody>'
            for (l_1_reason, l_1_names) in (undefined(name='waiting') if l_0_waiting is missing else l_0_waiting):
                _loop_vars = {}
                pass
                yield '\n<tr><td>'
                yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'ask', _loop_vars=_loop_vars))
                yield ' '
                yield escape(t_12(l_1_reason))
                yield '</td><td><ul>'
                for l_2_name in l_1_names[:3]:
                    _loop_vars = {}
                    pass
                    yield '<li>'
                    yield escape(t_12(l_2_name))
                    yield '</li>'
                l_2_name = missing
                if (t_7(l_1_names) > 3):
                    pass
                    yield '<li class="note"><a href="#checked">'
                    yield escape((t_7(l_1_names) - 3))
                    yield ' more</a></li>'
                yield '</ul></td></tr>'
            l_1_reason = l_1_names = missing
            yield '\n</tbody></table></div></section>\n'
        yield '\n</div>'
    yield '\n'
    if environment.getattr(environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'quality'), 'ask'):
        pass
        yield '\n<section id="ask" aria-labelledby="ask-title"><h2 id="ask-title">Ask for a better recording</h2>\n<div class="card ready"><header><h3>How to record</h3><button type="button" class="only-script" data-copy="text-ask">'
        yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'copy'))
        yield '<span>Copy as text</span></button></header>\n<ol class="ask" data-for="text-ask">'
        for l_1_step in (undefined(name='ask_steps') if l_0_ask_steps is missing else l_0_ask_steps):
            _loop_vars = {}
            pass
            yield '<li>'
            yield escape(l_1_step)
            yield '</li>'
        l_1_step = missing
        yield '</ol><pre id="text-ask" hidden>'
        yield escape(environment.getattr(environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'quality'), 'ask'))
        yield '</pre></div></section>\n'
    yield '\n'
    if ((undefined(name='state') if l_0_state is missing else l_0_state) == 'cannot-tell'):
        pass
        yield '</div>'
    yield '\n\n'
    if (undefined(name='normal') if l_0_normal is missing else l_0_normal):
        pass
        yield '\n<section id="normal" aria-labelledby="normal-title"><h2 id="normal-title">Looks alarming, is normal</h2>\n<p class="note">Red rows in the browser\'s network list that mean nothing here.</p>\n<div class="card scroll"><table class="plain"><tbody>'
        for (l_1_row, l_1_words, l_1_why) in (undefined(name='normal') if l_0_normal is missing else l_0_normal):
            _loop_vars = {}
            pass
            yield '\n<tr><td class="nowrap">'
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'pass', _loop_vars=_loop_vars))
            yield ' #'
            yield escape(environment.getattr(l_1_row, 'exchange'))
            yield '</td><td class="mono">'
            yield escape(environment.getattr(l_1_row, 'method'))
            yield ' <bdi>'
            yield escape(environment.getattr(l_1_row, 'path'))
            yield '</bdi></td><td class="nowrap"><span class="status">'
            yield escape((environment.getattr(l_1_row, 'status') or 'no answer'))
            yield '</span>'
            if (environment.getattr(l_1_row, 'failure') and (0 < environment.getattr(l_1_row, 'status') < 400)):
                pass
                yield ' cut off'
            yield '</td><td>'
            yield escape(t_12(l_1_words))
            yield '</td><td class="nowrap note">'
            yield escape(l_1_why)
            yield '</td></tr>'
        l_1_row = l_1_words = l_1_why = missing
        yield '\n</tbody></table></div></section>\n'
    yield '\n\n'
    if environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'as_browser'):
        pass
        yield '\n<section id="as-browser" aria-labelledby="as-browser-title"><h2 id="as-browser-title">What a browser would have done</h2>\n<p class="note">Seen from a page at <code>'
        yield escape(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'as_browser'), 'origin'))
        yield '</code>. Another client made this recording: it asks nobody and keeps every cookie.</p>\n<div class="card scroll"><table class="plain"><thead><tr><th scope="col">Call</th><th scope="col">Answer</th><th scope="col">In a browser</th><th scope="col">Gate</th><th scope="col">Why</th></tr></thead><tbody>'
        for l_1_call in environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'as_browser'), 'calls')[:100]:
            l_1_browser_outcomes = resolve('browser_outcomes')
            l_1_browser_gates = resolve('browser_gates')
            _loop_vars = {}
            pass
            yield '\n<tr><td class="mono">#'
            yield escape(environment.getattr(l_1_call, 'exchange'))
            yield ' '
            yield escape(environment.getattr(l_1_call, 'method'))
            yield ' <bdi>'
            yield escape(environment.getattr(l_1_call, 'path'))
            yield '</bdi></td><td><span class="status">'
            yield escape((environment.getattr(l_1_call, 'status') or 'no answer'))
            yield '</span></td><td class="nowrap">'
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), context.call(environment.getattr({'passes': 'pass', 'cannot-tell': 'ask'}, 'get'), environment.getattr(l_1_call, 'outcome'), 'follows', _loop_vars=_loop_vars), _loop_vars=_loop_vars))
            yield ' '
            yield escape(environment.getitem((undefined(name='browser_outcomes') if l_1_browser_outcomes is missing else l_1_browser_outcomes), environment.getattr(l_1_call, 'outcome')))
            yield '</td><td class="nowrap">'
            yield escape((environment.getitem((undefined(name='browser_gates') if l_1_browser_gates is missing else l_1_browser_gates), environment.getattr(l_1_call, 'gate')) if environment.getattr(l_1_call, 'gate') else ''))
            yield '</td><td>'
            yield escape(t_12(environment.getattr(l_1_call, 'told')))
            yield '</td></tr>'
        l_1_call = l_1_browser_outcomes = l_1_browser_gates = missing
        yield '\n</tbody></table></div>'
        if ((t_7(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'as_browser'), 'calls')) > 100) or environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'as_browser'), 'more')):
            pass
            yield '<p class="note">More calls are in the JSON form of this report.</p>'
        yield '\n</section>\n'
    yield '\n<section id="texts" aria-labelledby="texts-title"><h2 id="texts-title">Ready texts</h2>\n<div class="pair">'
    for (l_1_id, l_1_name, l_1_paragraphs, l_1_text) in (undefined(name='ready') if l_0_ready is missing else l_0_ready):
        _loop_vars = {}
        pass
        yield '\n<div class="card ready"><header><h3>'
        yield escape(l_1_name)
        yield '</h3><button type="button" class="only-script" data-copy="text-'
        yield escape(l_1_id)
        yield '">'
        yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'copy', _loop_vars=_loop_vars))
        yield '<span>Copy</span></button></header>\n<div class="paragraphs" data-for="text-'
        yield escape(l_1_id)
        yield '">'
        for (l_2_paragraph, l_2_is_lines) in l_1_paragraphs:
            _loop_vars = {}
            pass
            yield '<p'
            if l_2_is_lines:
                pass
                yield ' class="lines"'
            yield '>'
            yield escape(l_2_paragraph)
            yield '</p>'
        l_2_paragraph = l_2_is_lines = missing
        yield '</div><pre id="text-'
        yield escape(l_1_id)
        yield '" hidden>'
        yield escape(l_1_text)
        yield '</pre></div>'
    l_1_id = l_1_name = l_1_paragraphs = l_1_text = missing
    yield '\n</div></section>\n\n'
    if environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'curl'):
        pass
        yield '\n<section id="again" aria-labelledby="again-title"><h2 id="again-title">Try it by hand</h2>\n<details'
        if (not ((undefined(name='root') if l_0_root is missing else l_0_root) and environment.getattr((undefined(name='root') if l_0_root is missing else l_0_root), 'fix'))):
            pass
            yield ' open'
        yield '><summary><b>#'
        yield escape(environment.getattr(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'curl'), 'exchange'))
        yield ' as a command:</b> every secret is a chip; put your own values there</summary>\n<div class="command"><button type="button" class="only-script" data-copy="text-curl">'
        yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'copy'))
        yield '<span>Copy</span></button><pre id="text-curl" data-for="text-curl" tabindex="0">'
        yield escape(environment.getattr(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'curl'), 'command'))
        yield '</pre></div></details></section>\n'
    yield '\n\n'
    if (((((undefined(name='consequences') if l_0_consequences is missing else l_0_consequences) or (undefined(name='others') if l_0_others is missing else l_0_others)) or (undefined(name='notes') if l_0_notes is missing else l_0_notes)) or environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'questions')) or environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'notes')):
        pass
        yield '\n<section id="also" aria-labelledby="also-title"><h2 id="also-title">Also seen</h2>'
        def t_22(fiter):
            for (l_1_words, l_1_findings, l_1_tone) in fiter:
                if l_1_findings:
                    yield (l_1_words, l_1_findings, l_1_tone)
        for (l_1_words, l_1_findings, l_1_tone) in t_22((('consequence', (undefined(name='consequences') if l_0_consequences is missing else l_0_consequences), 'follows'), ('other finding', (undefined(name='others') if l_0_others is missing else l_0_others), 'fault'), ('note', (undefined(name='notes') if l_0_notes is missing else l_0_notes), 'note'))):
            _loop_vars = {}
            pass
            yield '\n<details><summary>'
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), l_1_tone, _loop_vars=_loop_vars))
            yield ' <b>'
            yield escape(t_7(l_1_findings))
            yield ' '
            yield escape(l_1_words)
            yield escape(('' if (t_7(l_1_findings) == 1) else 's'))
            yield escape((' of the fault' if (l_1_tone == 'follows') else ''))
            yield ':</b> '
            yield escape(t_12(t_6(context.eval_ctx, t_18(environment, t_9(context, l_1_findings, attribute='title')), '; ')))
            yield '</summary><ul>'
            for l_2_one in l_1_findings:
                _loop_vars = {}
                pass
                yield '<li><code>'
                yield escape(environment.getattr(l_2_one, 'rule'))
                yield '</code>'
                if (l_1_tone == 'fault'):
                    pass
                    yield ' ('
                    yield escape(environment.getattr(l_2_one, 'severity'))
                    yield ', '
                    yield escape(environment.getattr(l_2_one, 'confidence'))
                    yield ')'
                yield ' '
                yield escape(t_12(environment.getattr(l_2_one, 'message')))
                yield '</li>'
            l_2_one = missing
            yield '</ul></details>'
        l_1_words = l_1_findings = l_1_tone = missing
        if environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'questions'):
            pass
            yield '<details open><summary>'
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'ask'))
            yield ' <b>'
            yield escape(t_7(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'questions')))
            yield ' to ask</b></summary><ul>'
            for l_1_one in environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'questions'):
                _loop_vars = {}
                pass
                yield '<li>'
                yield escape(t_12(environment.getattr(l_1_one, 'text')))
                yield ' <span class="note">'
                yield escape(t_12(environment.getattr(l_1_one, 'why')))
                yield '</span></li>'
            l_1_one = missing
            yield '</ul></details>'
        if environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'notes'):
            pass
            yield '<details><summary>'
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'note'))
            yield ' <b>'
            yield escape(t_7(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'notes')))
            yield ' note'
            yield escape(('' if (t_7(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'notes')) == 1) else 's'))
            yield ' about the file</b></summary><ul>'
            for l_1_one in environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'notes')[:100]:
                _loop_vars = {}
                pass
                yield '<li>'
                yield escape(environment.getattr(l_1_one, 'message'))
                yield ' ('
                yield escape(environment.getattr(l_1_one, 'count'))
                yield '×, <code>'
                yield escape((environment.getattr(l_1_one, 'pointer') or 'whole file'))
                yield '</code>)</li>'
            l_1_one = missing
            yield '</ul></details>'
        yield '\n</section>\n'
    yield '\n\n'
    def macro(l_1_listed):
        t_23 = []
        if l_1_listed is missing:
            l_1_listed = undefined("parameter 'listed' was not provided", name='listed')
        pass
        for (l_2_rule, l_2_shape, l_2_word) in l_1_listed:
            _loop_vars = {}
            pass
            t_23.extend((
                '\n<tr data-outcome="',
                escape(l_2_word),
                '"><td class="nowrap">',
                escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), l_2_shape, _loop_vars=_loop_vars)),
                ' ',
                escape(l_2_word),
                '</td><td class="mono nowrap">',
                escape(environment.getattr(l_2_rule, 'rule')),
                '</td><td>',
                escape(t_12(environment.getattr(l_2_rule, 'reason'))),
                '</td></tr>',
            ))
        l_2_rule = l_2_shape = l_2_word = missing
        t_23.append(
            '\n',
        )
        return concat(t_23)
    context.exported_vars.add('outcome_rows')
    context.vars['outcome_rows'] = l_0_outcome_rows = Macro(environment, macro, 'outcome_rows', ('listed',), False, False, False, context.eval_ctx.autoescape)
    yield '\n<section id="checked" aria-labelledby="checked-title"><h2 id="checked-title">What was checked</h2>\n<p class="note">'
    yield escape(t_7(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'rules')))
    yield ' rules read this recording: '
    yield escape((undefined(name='counts') if l_0_counts is missing else l_0_counts))
    yield '. A rule that lacks evidence says “cannot tell”; it never guesses.</p>\n<div id="rule-tools" class="only-script rule-tools"></div>\n<div class="card scroll"><table class="plain"><thead><tr><th scope="col">Outcome</th><th scope="col">Rule</th><th scope="col">Reason</th></tr></thead><tbody>'
    yield escape(context.call((undefined(name='outcome_rows') if l_0_outcome_rows is missing else l_0_outcome_rows), (undefined(name='outcomes') if l_0_outcomes is missing else l_0_outcomes)))
    yield '\n</tbody></table></div>'
    if (undefined(name='more_outcomes') if l_0_more_outcomes is missing else l_0_more_outcomes):
        pass
        yield '\n<details><summary>'
        yield escape(t_7((undefined(name='more_outcomes') if l_0_more_outcomes is missing else l_0_more_outcomes)))
        yield ' more, '
        yield escape((undefined(name='more_counts') if l_0_more_counts is missing else l_0_more_counts))
        yield '</summary><div class="scroll"><table class="plain"><tbody>'
        yield escape(context.call((undefined(name='outcome_rows') if l_0_outcome_rows is missing else l_0_outcome_rows), (undefined(name='more_outcomes') if l_0_more_outcomes is missing else l_0_more_outcomes)))
        yield '\n</tbody></table></div></details>'
    yield '\n</section>\n\n'
    if ((undefined(name='budget_picture') if l_0_budget_picture is missing else l_0_budget_picture) or (undefined(name='token_picture') if l_0_token_picture is missing else l_0_token_picture)):
        pass
        yield '\n<section id="sizes" aria-labelledby="sizes-title"><h2 id="sizes-title">Sizes and tokens</h2>'
        if (undefined(name='budget_picture') if l_0_budget_picture is missing else l_0_budget_picture):
            pass
            yield '\n<figure class="card"><figcaption id="budget-caption"><b>Header budget</b> '
            yield escape(environment.getattr((undefined(name='budget_picture') if l_0_budget_picture is missing else l_0_budget_picture), 'caption'))
            yield '</figcaption><div class="scroll" tabindex="0" role="group" aria-label="Picture of header sizes">'
            yield escape(context.call(environment.getattr((undefined(name='pictures') if l_0_pictures is missing else l_0_pictures), 'budget'), (undefined(name='budget_picture') if l_0_budget_picture is missing else l_0_budget_picture)))
            yield '</div>\n<details><summary>The same in numbers</summary><div class="scroll"><table class="plain"><thead><tr><th scope="col">Exchange</th><th scope="col">Request headers</th><th scope="col">of them cookies</th><th scope="col">Response headers</th><th scope="col">of them cookies</th><th scope="col">Limits of the hop</th></tr></thead><tbody>'
            for l_1_budget in environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'budget'):
                _loop_vars = {}
                pass
                yield '\n<tr><td>#'
                yield escape(environment.getattr(l_1_budget, 'exchange'))
                yield '</td><td>'
                yield escape(environment.getattr(l_1_budget, 'request'))
                yield ' B</td><td>'
                yield escape(environment.getattr(l_1_budget, 'request_cookies'))
                yield ' B</td><td>'
                yield escape(environment.getattr(l_1_budget, 'response'))
                yield ' B'
                yield escape(('' if environment.getattr(l_1_budget, 'exact') else ' or more'))
                yield '</td><td>'
                yield escape(environment.getattr(l_1_budget, 'response_cookies'))
                yield ' B</td><td>'
                if environment.getattr(l_1_budget, 'hop'):
                    pass
                    yield escape(environment.getattr(l_1_budget, 'hop'))
                    yield ': '
                    yield escape((environment.getattr(l_1_budget, 'request_limit') or 'not known'))
                    yield ' / '
                    yield escape((environment.getattr(l_1_budget, 'response_limit') or 'not known'))
                yield '</td></tr>'
            l_1_budget = missing
            yield '\n</tbody></table></div></details></figure>'
        if (undefined(name='token_picture') if l_0_token_picture is missing else l_0_token_picture):
            pass
            yield '\n<figure class="card"><figcaption id="token-caption"><b>Token life</b> '
            yield escape(environment.getattr((undefined(name='token_picture') if l_0_token_picture is missing else l_0_token_picture), 'caption'))
            yield '</figcaption><div class="scroll" tabindex="0" role="group" aria-label="Picture of token lives">'
            yield escape(context.call(environment.getattr((undefined(name='pictures') if l_0_pictures is missing else l_0_pictures), 'lives'), (undefined(name='token_picture') if l_0_token_picture is missing else l_0_token_picture)))
            yield '</div>\n<details><summary>The same in numbers, '
            yield escape(t_7(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'tokens')))
            yield ' token'
            yield escape(('' if (t_7(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'tokens')) == 1) else 's'))
            yield '</summary><div class="scroll"><table class="plain"><thead><tr><th scope="col">Token</th><th scope="col">For</th><th scope="col">In</th><th scope="col">Bytes</th><th scope="col">Issued</th><th scope="col">Used by</th><th scope="col">Refused</th><th scope="col">End</th></tr></thead><tbody>'
            for l_1_token in environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'facts'), 'tokens'):
                l_1_numbers = resolve('numbers')
                _loop_vars = {}
                pass
                yield '\n<tr><td class="nowrap">token '
                yield escape(environment.getattr(l_1_token, 'ordinal'))
                yield '</td><td>'
                yield escape(environment.getattr(l_1_token, 'use'))
                yield '</td><td>'
                yield escape(environment.getattr(l_1_token, 'name'))
                yield '</td><td>'
                yield escape(environment.getattr(l_1_token, 'bytes'))
                yield '</td><td>'
                yield escape((t_4('#%d', environment.getattr(l_1_token, 'issued')) if (not t_19(environment.getattr(l_1_token, 'issued'))) else 'before'))
                yield '</td><td>'
                yield escape(context.call((undefined(name='numbers') if l_1_numbers is missing else l_1_numbers), environment.getattr(l_1_token, 'uses'), _loop_vars=_loop_vars))
                yield '</td><td>'
                yield escape(context.call((undefined(name='numbers') if l_1_numbers is missing else l_1_numbers), environment.getattr(l_1_token, 'refused'), _loop_vars=_loop_vars))
                yield '</td><td>'
                yield escape(environment.getattr(l_1_token, 'end'))
                yield escape((t_4(' by token %d', environment.getattr(l_1_token, 'replaced_by')) if environment.getattr(l_1_token, 'replaced_by') else ''))
                yield '</td></tr>'
            l_1_token = l_1_numbers = missing
            yield '\n</tbody></table></div></details></figure>'
        yield '\n</section>\n'
    yield '\n\n</div></div>\n<section id="timeline" aria-labelledby="timeline-title">\n<div class="timeline-head"><h2 id="timeline-title" tabindex="-1">Timeline</h2><p class="timeline-verdict">'
    yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), (undefined(name='state') if l_0_state is missing else l_0_state)))
    yield ' <b>'
    yield escape(t_12(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'verdict'), 'headline')))
    yield '</b></p><a href="#verdict">Back to the verdict ↑</a></div>'
    if environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'folded'):
        pass
        yield '<p class="note">'
        yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), 'note'))
        yield ' '
        yield escape(context.call(environment.getattr('{:,}', 'format'), (undefined(name='folded_count') if l_0_folded_count is missing else l_0_folded_count)))
        yield ' third-party and static exchanges of '
        yield escape(t_7(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'folded')))
        yield ' host'
        yield escape(('' if (t_7(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'folded')) == 1) else 's'))
        yield ' are folded away to keep this page small: '
        yield escape((undefined(name='folded_words') if l_0_folded_words is missing else l_0_folded_words))
        yield '. Run again with <code>--all-exchanges</code> to keep them.</p>'
    yield '\n<div class="static">\n<p class="note">'
    yield escape(t_7((undefined(name='shown_rows') if l_0_shown_rows is missing else l_0_shown_rows)))
    yield ' of '
    yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'exchanges')))
    yield ' exchanges, in the order the client made them'
    if (t_7((undefined(name='shown_rows') if l_0_shown_rows is missing else l_0_shown_rows)) < environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'exchanges')):
        pass
        yield ': those around the findings; the other '
        yield escape(context.call(environment.getattr('{:,}', 'format'), (environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'exchanges') - t_7((undefined(name='shown_rows') if l_0_shown_rows is missing else l_0_shown_rows)))))
        yield ' are listed with scripts, or by <code>haranalyze timeline</code>'
    yield '.</p>\n<div class="card"><table class="timeline"><thead><tr><th scope="col" class="n">#</th><th scope="col" class="r">Role</th><th scope="col">Request</th><th scope="col" class="s">Status</th><th scope="col" class="t">Took</th><th scope="col" class="b"><span class="axis"><span>0 s</span>'
    for l_1_tick in (undefined(name='ticks') if l_0_ticks is missing else l_0_ticks):
        _loop_vars = {}
        pass
        yield '<span>'
        yield escape(l_1_tick)
        yield '</span>'
    l_1_tick = missing
    yield '</span></th></tr></thead>\n<tbody>'
    for l_1_bar in (undefined(name='timeline') if l_0_timeline is missing else l_0_timeline):
        l_1_row = missing
        _loop_vars = {}
        pass
        l_1_row = environment.getattr(l_1_bar, 'row')
        _loop_vars['row'] = l_1_row
        yield '\n<tr id="x'
        yield escape(environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'exchange'))
        yield '"'
        if environment.getattr(l_1_bar, 'pin'):
            pass
            yield ' class="pin-'
            yield escape(environment.getattr(l_1_bar, 'pin'))
            yield '"'
        yield '><td class="n">#'
        yield escape(environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'exchange'))
        if environment.getattr(l_1_bar, 'pin'):
            pass
            yield ' '
            yield escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), environment.getattr(l_1_bar, 'pin'), _loop_vars=_loop_vars))
        yield '</td><td class="r"><span class="role role-'
        yield escape(environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'role'))
        yield '" aria-hidden="true"></span><span class="role-word">'
        yield escape(t_14(context.eval_ctx, environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'role'), '-', ' '))
        yield '</span></td><td class="mono">'
        yield escape(environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'method'))
        yield ' <bdi>'
        yield escape(environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'path'))
        yield '</bdi> <bdi class="host">'
        yield escape(environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'host'))
        yield '</bdi></td><td class="s'
        yield escape((' bad' if ((environment.getattr(l_1_bar, 'pin') and (environment.getattr(l_1_bar, 'pin') != 'note')) and ((environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'status') >= 400) or (not environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'status')))) else cond_expr_undefined("the inline if-expression on line 256 in 'report.html.j2' evaluated to false and no else section was defined.")))
        yield '">'
        yield escape((environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'status') or 'none'))
        yield '</td><td class="t">'
        yield escape(t_5(t_15(environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'took'))))
        yield ' ms</td><td class="b"><svg class="bar-'
        yield escape(environment.getattr((undefined(name='row') if l_1_row is missing else l_1_row), 'role'))
        yield '" viewBox="0 0 1000 26" preserveAspectRatio="none" aria-hidden="true"><path class="grid" d="M250 0v26M500 0v26M750 0v26"/><rect class="queued" x="'
        yield escape(environment.getattr(l_1_bar, 'start'))
        yield '" y="10" width="'
        yield escape(environment.getattr(l_1_bar, 'queued'))
        yield '" height="6"/><rect class="waiting" x="'
        yield escape(environment.getattr(l_1_bar, 'sent'))
        yield '" y="9" width="'
        yield escape(environment.getattr(l_1_bar, 'waiting'))
        yield '" height="8"/><rect class="receiving" x="'
        yield escape(environment.getattr(l_1_bar, 'answered'))
        yield '" y="9" width="'
        yield escape(environment.getattr(l_1_bar, 'receiving'))
        yield '" height="8"/></svg></td></tr>'
    l_1_bar = l_1_row = missing
    yield '\n</tbody></table></div></div>\n</section>\n</main>\n<footer>haranalyze '
    yield escape(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'tool'), 'version'))
    yield ' · '
    yield escape(t_7(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'rules')))
    yield ' rules of '
    l_1_loop = missing
    for l_1_pack, l_1_loop in LoopContext(environment.getattr(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'tool'), 'packs'), undefined):
        _loop_vars = {}
        pass
        yield escape(environment.getattr(l_1_pack, 'name'))
        if (environment.getattr(l_1_pack, 'distribution') != 'haranalyze'):
            pass
            yield ' ('
            yield escape(environment.getattr(l_1_pack, 'distribution'))
            yield ' '
            yield escape(environment.getattr(l_1_pack, 'version'))
            yield ')'
        yield escape(('' if environment.getattr(l_1_loop, 'last') else ', '))
    l_1_loop = l_1_pack = missing
    yield ' · '
    yield escape(environment.getattr((undefined(name='report') if l_0_report is missing else l_0_report), 'schema'))
    yield ' · recording sha256 <span class="mono">'
    yield escape(environment.getattr((undefined(name='capture') if l_0_capture is missing else l_0_capture), 'sha256'))
    yield '</span></footer>\n<dialog id="key-list" aria-labelledby="key-list-title"><h2 id="key-list-title">Keys</h2><dl>'
    for (l_1_key, l_1_does) in (('1 … 9', 'jump to a section'), ('/', 'search the timeline'), ('f, Shift+f', 'next, previous finding'), ('c', 'copy the reply to the customer'), ('↑ ↓, j k', 'next, previous row'), ('Enter, Esc', 'open or close a row, clear the search'), ('← →', 'move the range'), ('+ − 0', 'narrow, widen, show everything'), ('t', 'theme'), ('?', 'this list')):
        _loop_vars = {}
        pass
        yield '\n<div><dt><kbd>'
        yield escape(l_1_key)
        yield '</kbd></dt><dd>'
        yield escape(l_1_does)
        yield '</dd></div>'
    l_1_key = l_1_does = missing
    yield '\n</dl><p><label><input type="checkbox" id="key-switch" checked> Single keys work on this page</label></p><p><button type="button">Close</button></p></dialog>\n<script type="application/json" id="timeline-data">'
    yield escape((undefined(name='data') if l_0_data is missing else l_0_data))
    yield '</script>\n<script>'
    yield escape((undefined(name='script') if l_0_script is missing else l_0_script))
    yield '</script>\n</body>\n</html>'

blocks = {}
debug_info = '1=163&5=166&9=168&10=172&12=174&13=177&14=181&15=189&16=197&17=201&18=211&19=222&20=226&21=228&22=232&23=235&24=241&29=276&30=279&35=294&40=296&41=300&43=308&47=310&48=320&49=328&50=333&51=341&52=353&53=355&55=357&56=359&57=361&58=364&59=373&60=380&61=390&62=401&63=409&64=413&65=415&69=422&71=425&73=427&74=434&75=436&76=448&77=452&82=478&83=481&86=485&87=489&90=492&91=494&92=498&93=501&98=515&99=519&102=526&103=531&108=547&110=551&111=557&112=563&113=577&114=579&115=582&116=594&118=606&119=609&120=620&122=624&123=626&124=629&125=637&126=642&129=664&134=670&137=673&138=681&140=696&141=700&144=713&147=716&148=720&153=741&155=744&156=746&158=757&160=761&164=764&165=768&170=789&172=792&174=794&175=800&178=818&183=823&184=827&185=833&189=853&191=856&192=862&195=867&197=870&198=878&199=888&201=907&202=914&203=924&204=933&208=947&209=952&210=957&214=976&217=980&219=982&220=985&221=989&226=992&228=995&229=998&231=1002&232=1006&236=1028&237=1031&238=1035&239=1039&240=1044&249=1065&250=1069&252=1083&253=1093&255=1101&256=1108&261=1154&263=1177&264=1181&267=1187&268=1189'
