"""Generated from pictures.html.j2 by ``nox -s docs``."""

made_with = "3.1.6"
made_from = "sha256-ZRj2V6TxbJAjg6ugIFL+i2UtOT6oM/EczW59ap9IZEw="
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'pictures.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_budget = l_0_lives = missing
    try:
        t_1 = environment.filters['round']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'round' found.")
    try:
        t_2 = environment.tests['none']
    except KeyError:
        @internalcode
        def t_2(*unused):
            raise TemplateRuntimeError("No test named 'none' found.")
    pass
    def macro(l_1_picture):
        t_3 = []
        if l_1_picture is missing:
            l_1_picture = undefined("parameter 'picture' was not provided", name='picture')
        pass
        t_3.extend((
            '<svg class="picture" viewBox="0 0 1080 ',
            escape(environment.getattr(l_1_picture, 'height')),
            '" role="img" aria-labelledby="budget-caption">\n<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="hatch-ground"/><rect width="3" height="6" class="fill-cookies"/></pattern>\n<pattern id="hatch-fault" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" class="hatch-ground"/><rect width="3.5" height="7" class="fill-fault"/></pattern></defs>\n<text x="4" y="',
            escape((environment.getattr(l_1_picture, 'middle') - 52)),
            '" class="strong">Request headers</text><text x="4" y="',
            escape((environment.getattr(l_1_picture, 'middle') - 36)),
            '" class="soft">what the browser sends</text>\n<text x="4" y="',
            escape((environment.getattr(l_1_picture, 'middle') + 44)),
            '" class="strong">Response headers</text><text x="4" y="',
            escape((environment.getattr(l_1_picture, 'middle') + 60)),
            '" class="soft">what the proxy reads</text>',
        ))
        for l_2_limit in environment.getattr(l_1_picture, 'limits'):
            _loop_vars = {}
            pass
            t_3.extend((
                '\n<path d="M170 ',
                escape(environment.getattr(l_2_limit, 'y')),
                'H850" class="limit"/><text x="860" y="',
                escape((environment.getattr(l_2_limit, 'y') + 4)),
                '" class="limit-text">',
                escape(environment.getattr(l_2_limit, 'label')),
                '</text>',
            ))
        l_2_limit = missing
        for l_2_column in environment.getattr(l_1_picture, 'columns'):
            _loop_vars = {}
            pass
            t_3.extend((
                '\n<g><text x="',
                escape((environment.getattr(l_2_column, 'x') + 26)),
                '" y="',
                escape((environment.getattr(l_1_picture, 'middle') + 2)),
                '" class="number',
                escape((' bad' if (environment.getattr(l_2_column, 'cut_off') or environment.getattr(l_2_column, 'over')) else cond_expr_undefined("the inline if-expression on line 11 in 'pictures.html.j2' evaluated to false and no else section was defined."))),
                '">#',
                escape(environment.getattr(l_2_column, 'exchange')),
                '</text>',
            ))
            for (l_3_kind, l_3_y, l_3_height) in environment.getattr(environment.getattr(l_2_column, 'request'), 'parts'):
                _loop_vars = {}
                pass
                t_3.extend((
                    '<rect x="',
                    escape(environment.getattr(l_2_column, 'x')),
                    '" y="',
                    escape(l_3_y),
                    '" width="52" height="',
                    escape(l_3_height),
                    '" class="fill-',
                    escape(l_3_kind),
                    '"/>',
                ))
            l_3_kind = l_3_y = l_3_height = missing
            t_3.extend((
                '\n<text x="',
                escape((environment.getattr(l_2_column, 'x') + 26)),
                '" y="',
                escape(environment.getattr(environment.getattr(l_2_column, 'request'), 'label_y')),
                '" class="size">',
                escape(environment.getattr(environment.getattr(l_2_column, 'request'), 'label')),
                '</text>',
            ))
            if environment.getattr(l_2_column, 'cut_off'):
                pass
                t_3.extend((
                    '<rect x="',
                    escape(environment.getattr(l_2_column, 'x')),
                    '" y="',
                    escape((environment.getattr(l_1_picture, 'middle') + 8)),
                    '" width="52" height="104" class="fill-likely"/><text x="',
                    escape((environment.getattr(l_2_column, 'x') + 58)),
                    '" y="',
                    escape((environment.getattr(l_1_picture, 'middle') + 40)),
                    '" class="limit-text">likely too large:</text><text x="',
                    escape((environment.getattr(l_2_column, 'x') + 58)),
                    '" y="',
                    escape((environment.getattr(l_1_picture, 'middle') + 55)),
                    '" class="limit-text">never recorded</text>',
                ))
            else:
                pass
                for (l_3_kind, l_3_y, l_3_height) in environment.getattr(environment.getattr(l_2_column, 'response'), 'parts'):
                    _loop_vars = {}
                    pass
                    t_3.extend((
                        '<rect x="',
                        escape(environment.getattr(l_2_column, 'x')),
                        '" y="',
                        escape(l_3_y),
                        '" width="52" height="',
                        escape(l_3_height),
                        '" class="fill-',
                        escape(l_3_kind),
                        '"/>',
                    ))
                l_3_kind = l_3_y = l_3_height = missing
                t_3.extend((
                    '\n<text x="',
                    escape((environment.getattr(l_2_column, 'x') + 26)),
                    '" y="',
                    escape(environment.getattr(environment.getattr(l_2_column, 'response'), 'label_y')),
                    '" class="size">',
                    escape(environment.getattr(environment.getattr(l_2_column, 'response'), 'label')),
                    '</text>',
                ))
            t_3.append(
                '</g>',
            )
        l_2_column = missing
        t_3.append(
            '\n</svg>\n<p class="picture-legend"><span><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" class="fill-other"/></svg> other headers</span><span><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" class="fill-cookies"/></svg> cookies</span><span><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" class="fill-tokens"/></svg> token headers</span><span>KB, names and values · dashed: limit of a hop seen, as it comes by default</span></p>',
        )
        return concat(t_3)
    context.exported_vars.add('budget')
    context.vars['budget'] = l_0_budget = Macro(environment, macro, 'budget', ('picture',), False, False, False, context.eval_ctx.autoescape)
    yield '\n\n'
    def macro(l_1_picture):
        t_4 = []
        if l_1_picture is missing:
            l_1_picture = undefined("parameter 'picture' was not provided", name='picture')
        pass
        t_4.extend((
            '<svg class="picture" viewBox="0 0 1080 ',
            escape(environment.getattr(l_1_picture, 'height')),
            '" role="img" aria-labelledby="token-caption">',
        ))
        for (l_2_x, l_2_label) in environment.getattr(l_1_picture, 'ticks'):
            _loop_vars = {}
            pass
            t_4.extend((
                '<path d="M',
                escape(l_2_x),
                ' 4V',
                escape((environment.getattr(l_1_picture, 'height') - 20)),
                '" class="grid"/><text x="',
                escape(l_2_x),
                '" y="',
                escape((environment.getattr(l_1_picture, 'height') - 5)),
                '" class="axis">',
                escape(l_2_label),
                '</text>',
            ))
        l_2_x = l_2_label = missing
        for l_2_life in environment.getattr(l_1_picture, 'lives'):
            _loop_vars = {}
            pass
            t_4.extend((
                '\n<g class="life-',
                escape(environment.getattr(l_2_life, 'kind')),
                '"><text x="4" y="',
                escape((environment.getattr(l_2_life, 'y') + 13)),
                '">',
                escape(environment.getattr(l_2_life, 'label')),
                '</text>',
            ))
            if (environment.getattr(l_2_life, 'ending') == 'refused'):
                pass
                t_4.extend((
                    '<path d="M',
                    escape(environment.getattr(l_2_life, 'x')),
                    ' ',
                    escape((environment.getattr(l_2_life, 'y') + 9)),
                    'H860" class="never"/><path d="M',
                    escape((environment.getattr(l_2_life, 'x') - 4)),
                    ' ',
                    escape((environment.getattr(l_2_life, 'y') + 5)),
                    'l8 8m0 -8l-8 8" class="cross"/>',
                ))
            else:
                pass
                t_4.extend((
                    '<rect x="',
                    escape(environment.getattr(l_2_life, 'x')),
                    '" y="',
                    escape((environment.getattr(l_2_life, 'y') + 4)),
                    '" width="',
                    escape(t_1(((environment.getattr(l_2_life, 'late') if (not t_2(environment.getattr(l_2_life, 'late'))) else environment.getattr(l_2_life, 'end')) - environment.getattr(l_2_life, 'x')), 1)),
                    '" height="10" class="alive"/>',
                ))
                if (not t_2(environment.getattr(l_2_life, 'late'))):
                    pass
                    t_4.extend((
                        '<rect x="',
                        escape(environment.getattr(l_2_life, 'late')),
                        '" y="',
                        escape((environment.getattr(l_2_life, 'y') + 4)),
                        '" width="',
                        escape(t_1((environment.getattr(l_2_life, 'end') - environment.getattr(l_2_life, 'late')), 1)),
                        '" height="10" class="late"/>',
                    ))
                t_4.extend((
                    '\n<path d="M',
                    escape(environment.getattr(l_2_life, 'x')),
                    ' ',
                    escape((environment.getattr(l_2_life, 'y') + 2)),
                    'v14" class="born"/>',
                ))
                if (environment.getattr(l_2_life, 'ending') == 'replaced'):
                    pass
                    t_4.extend((
                        '<path d="M',
                        escape((environment.getattr(l_2_life, 'end') - 4)),
                        ' ',
                        escape((environment.getattr(l_2_life, 'y') + 4)),
                        'l5 5l-5 5" class="born"/>',
                    ))
                elif (environment.getattr(l_2_life, 'ending') == 'removed'):
                    pass
                    t_4.extend((
                        '<path d="M',
                        escape(environment.getattr(l_2_life, 'end')),
                        ' ',
                        escape((environment.getattr(l_2_life, 'y') + 2)),
                        'v14" class="born thick"/>',
                    ))
                elif (environment.getattr(l_2_life, 'ending') in ('valid', 'unknown')):
                    pass
                    t_4.extend((
                        '<path d="M',
                        escape((environment.getattr(l_2_life, 'end') - 2)),
                        ' ',
                        escape((environment.getattr(l_2_life, 'y') + 4)),
                        'l7 5l-7 5z" class="on"/>',
                    ))
            for l_3_x in environment.getattr(l_2_life, 'used'):
                _loop_vars = {}
                pass
                t_4.extend((
                    '<circle cx="',
                    escape(l_3_x),
                    '" cy="',
                    escape((environment.getattr(l_2_life, 'y') + 9)),
                    '" r="3.6" class="used"/>',
                ))
            l_3_x = missing
            for l_3_x in environment.getattr(l_2_life, 'refused'):
                _loop_vars = {}
                pass
                t_4.extend((
                    '<path d="M',
                    escape((l_3_x - 4)),
                    ' ',
                    escape((environment.getattr(l_2_life, 'y') + 5)),
                    'l8 8m0 -8l-8 8" class="cross"/>',
                ))
            l_3_x = missing
            t_4.extend((
                '\n<text x="872" y="',
                escape((environment.getattr(l_2_life, 'y') + 13)),
                '" class="',
                escape(('limit-text' if (environment.getattr(l_2_life, 'ending') == 'refused') else 'soft')),
                '">',
                escape(environment.getattr(l_2_life, 'words')),
                '</text></g>',
            ))
        l_2_life = missing
        if environment.getattr(l_1_picture, 'hidden'):
            pass
            t_4.extend((
                '<text x="4" y="',
                escape((environment.getattr(l_1_picture, 'gap') + 13)),
                '" class="soft">… ',
                escape(environment.getattr(l_1_picture, 'hidden')),
                ' more tokens</text>',
            ))
        t_4.append(
            '\n</svg>\n<p class="picture-legend"><span>❙ issued</span><span>● accepted</span><span>✕ answered 401</span><span>› replaced</span><span>▸ still valid at the end</span><span>dashed: after its expiry</span></p>',
        )
        return concat(t_4)
    context.exported_vars.add('lives')
    context.vars['lives'] = l_0_lives = Macro(environment, macro, 'lives', ('picture',), False, False, False, context.eval_ctx.autoescape)

blocks = {}
debug_info = '1=24&2=31&5=33&6=37&7=42&8=47&10=55&11=60&12=69&13=86&14=93&15=112&16=129&22=147&23=154&24=157&25=174&26=179&27=186&28=203&29=210&30=223&31=228&33=255&34=266&35=279&37=287'
