// The timeline: a windowed list of all rows, drawn from the data block; the static table stays for print and for
// readers without scripts. Text is set with textContent only; sizes through the style object, never as markup.
(function () {
  var block = document.getElementById("timeline-data");
  if (!block) { return; }
  var data = JSON.parse(block.textContent);
  var text = data.strings, rows = data.rows, count = rows.n.length;
  if (!count) { return; }
  var section = document.getElementById("timeline");
  var ROW = 26, GROUP = 30, AROUND = 78, WHOLE = 250, AT_ONCE = 20, FEWEST_ROUNDS = 5, PLACES = 1000;
  var QUIET = { "static": 1, "third-party": 1 };
  var ROLES = ["page", "sign-in", "sign-out", "session-call", "refresh", "preflight", "redirect", "auth-page", "third-party", "static"];

  function make(tag, name, content) {
    var node = document.createElement(tag);
    if (name) { node.className = name; }
    if (content !== undefined) { node.textContent = content; }
    return node;
  }
  function draw(tag, attributes) {
    var node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (var name in attributes) { node.setAttribute(name, attributes[name]); }
    return node;
  }
  function chips(node, value) {
    value.split(/(«[^«»]{1,80}»)/).forEach(function (part) {
      if (part) { node.appendChild(part[0] === "«" ? make("span", "chip", part) : document.createTextNode(part)); }
    });
    return node;
  }
  function add(parent) {
    for (var i = 1; i < arguments.length; i++) {
      if (arguments[i]) { parent.appendChild(typeof arguments[i] === "string" ? document.createTextNode(arguments[i]) : arguments[i]); }
    }
    return parent;
  }
  function role(p) { return text[rows.role[p]]; }
  function words(name) { return name.replace(/-/g, " "); }
  function lasting(ms) { return ms < 120000 ? seconds(ms) : Math.floor(ms / 60000) + " min " + Math.floor(ms / 1000 % 60) + " s"; }
  function thousands(number) { return number.toLocaleString("en"); }
  function seconds(ms, places) { return (ms / 1000).toFixed(places === undefined ? 2 : places) + " s"; }
  function pins(p) { return data.pins[p] || []; }

  var span = 1, position = {}, order = ROLES.filter(function (name) { return text.indexOf(name) >= 0; });
  var present = {};
  for (var p = 0; p < count; p++) {
    span = Math.max(span, rows.at[p] + rows.took[p]);
    position[rows.n[p]] = p;
    present[role(p)] = (present[role(p)] || 0) + 1;
  }
  order = order.filter(function (name) { return present[name]; });

  var state = { query: "", off: {}, findings: false, lanes: "list", from: 0, to: span, open: {}, unfolded: {}, active: -1 };
  order.forEach(function (name) { if (QUIET[name]) { state.off[name] = true; } });

  // what is shown

  var haystacks = [];
  function haystack(p) {
    if (haystacks[p] === undefined) {
      var parts = ["#" + rows.n[p], role(p), text[rows.method[p]], text[rows.host[p]] + text[rows.path[p]], rows.status[p], text[data.remarks[p]] || "", text[data.failures[p]] || ""];
      var detail = data.details[rows.n[p]];
      if (detail) {
        [0, 2].forEach(function (side) { detail[side].forEach(function (at) { parts.push(text[at]); }); });
        parts.push(text[detail[1]], text[detail[3]]);
        detail[5].forEach(function (left) { parts.push(text[left[0]], left[1]); });
      }
      haystacks[p] = parts.join("\n").toLowerCase();
    }
    return haystacks[p];
  }
  function isAsked(p) {
    if (state.findings && !data.pins[p]) { return false; }
    if (rows.at[p] > state.to || rows.at[p] + rows.took[p] < state.from) { return false; }
    if (state.query) { return haystack(p).indexOf(state.query) >= 0; }
    return !state.off[role(p)] || QUIET[role(p)];
  }
  function same(a, b) {
    return rows.role[a] === rows.role[b] && rows.method[a] === rows.method[b] && rows.host[a] === rows.host[b]
      && rows.path[a] === rows.path[b] && rows.status[a] === rows.status[b];
  }
  function rounds(list, from) {
    // The shortest period, up to four rows, that repeats at least five times from here on.
    for (var period = 1; period <= 4; period++) {
      var at = from + period;
      while (at < list.length && same(list[at], list[at - period])) { at++; }
      var whole = Math.floor((at - from) / period);
      if (whole >= FEWEST_ROUNDS) { return { period: period, rounds: whole }; }
    }
    return null;
  }
  function foldQuiet(list) {
    // Two and more rows in a run whose role is switched to folded.
    var items = [], at = 0;
    while (at < list.length) {
      var end = at;
      while (end < list.length && state.off[role(list[end])] && !data.pins[list[end]]) { end++; }
      if (end - at >= 2) { items.push({ kind: "quiet", rows: list.slice(at, end), key: "q" + list[at] }); at = end; }
      else { items.push({ kind: "row", p: list[at] }); at++; }
    }
    return items;
  }
  function foldRounds(items) {
    var plain = [], out = [];
    function flush() {
      var at = 0;
      while (at < plain.length) {
        var found = plain.length - at > FEWEST_ROUNDS ? rounds(plain, at) : null;
        if (!found) { out.push({ kind: "row", p: plain[at] }); at++; continue; }
        var head = at + 2 * found.period, tail = at + (found.rounds - 1) * found.period;
        for (; at < head; at++) { out.push({ kind: "row", p: plain[at] }); }
        out.push({ kind: "rounds", rows: plain.slice(head, tail), period: found.period, key: "r" + plain[head] });
        for (at = tail; at < tail + found.period; at++) { out.push({ kind: "row", p: plain[at] }); }
      }
      plain = [];
    }
    items.forEach(function (item) {
      if (item.kind === "row") { plain.push(item.p); } else { flush(); out.push(item); }
    });
    flush();
    return out;
  }
  function grouped(list) {
    var groups = [], known = {};
    list.forEach(function (p) {
      var key = state.lanes === "host" ? text[rows.host[p]] || "no host" : rows.page[p] < 0 ? "no page" : (rows.page[p] + 1) + ". " + (data.pages[rows.page[p]] || "page");
      if (!known[key]) { known[key] = { name: key, rows: [] }; groups.push(known[key]); }
      known[key].rows.push(p);
    });
    return groups;
  }

  var items = [], tops = [], heights = {}, total = 0, shown = 0;
  function arrange() {
    var list = [], folding = !state.query && !state.findings;
    for (var p = 0; p < count; p++) { if (isAsked(p)) { list.push(p); } }
    items = [];
    (state.lanes === "list" ? [{ rows: list }] : grouped(list)).forEach(function (group) {
      if (group.name) { items.push({ kind: "group", name: group.name, size: group.rows.length }); }
      var made = folding ? foldRounds(foldQuiet(group.rows)) : group.rows.map(function (p) { return { kind: "row", p: p }; });
      made.forEach(function (item) {
        items.push(item);
        if (item.rows && state.unfolded[item.key]) { item.rows.forEach(function (p) { items.push({ kind: "row", p: p }); }); }
      });
    });
    shown = items.filter(function (item) { return item.kind === "row"; }).length;
    place();
  }
  function height(item) {
    if (item.kind === "group") { return GROUP; }
    return ROW + (item.kind === "row" && state.open[item.p] ? heights[item.p] || 0 : 0);
  }
  function place() {
    tops = new Array(items.length);
    total = 0;
    for (var i = 0; i < items.length; i++) { tops[i] = total; total += height(items[i]); }
  }
  function indexOf(p) {
    for (var i = 0; i < items.length; i++) { if (items[i].kind === "row" && items[i].p === p) { return i; } }
    return -1;
  }

  // frame

  var tools = make("div", "tools-row"), search = make("input"), overview = make("div", "overview"), lanes = make("div", "lanes");
  var grid = make("div", "grid-rows"), head = make("div", "grid-head"), body = make("div", "grid-body");
  var counted = make("span", "counted"), ranged = make("b"), live = make("span", "heard"), empty = make("p", "empty");
  var box = make("div", "timeline-live");

  function buildTools() {
    search.type = "search"; search.placeholder = "Search"; search.setAttribute("aria-label", "Search the exchanges");
    search.setAttribute("aria-keyshortcuts", "/");
    search.addEventListener("input", function () { state.query = search.value.trim().toLowerCase(); refresh(); });
    search.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { clearSearch(); }
      if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); grid.focus(); activate(firstRow(), true); }
    });
    var label = make("label", "lane-choice", "Lanes: "), select = make("select");
    [["list", "one list"], ["host", "by host"], ["page", "by page"]].forEach(function (choice) {
      var option = make("option", "", choice[1]);
      option.value = choice[0];
      select.appendChild(option);
    });
    select.addEventListener("change", function () { state.lanes = select.value; refresh(); });
    add(label, select);
    add(tools, search, label);
    order.forEach(function (name) {
      var chip = make("button", "role-chip");
      chip.type = "button";
      chip.setAttribute("aria-pressed", String(!state.off[name]));
      add(chip, make("span", "tick"), make("span", "role role-" + name), words(name) + " ", make("b", "", String(present[name])));
      chip.addEventListener("click", function () {
        state.off[name] = !state.off[name];
        chip.setAttribute("aria-pressed", String(!state.off[name]));
        refresh();
      });
      tools.appendChild(chip);
    });
    if (Object.keys(data.pins).length) {
      var only = make("label", "only"), tick = make("input");
      tick.type = "checkbox";
      tick.addEventListener("change", function () { state.findings = tick.checked; refresh(); });
      add(only, tick, "findings only");
      tools.appendChild(only);
    }
  }
  function clearSearch() {
    search.value = "";
    if (state.query) { state.query = ""; refresh(); }
  }

  // overview and range

  var sliders = [], veils = [make("span", "veil"), make("span", "veil")], frame = make("span", "range-frame");
  function buildOverview() {
    var picture = draw("svg", { viewBox: "0 0 " + PLACES + " 44", preserveAspectRatio: "none", "aria-hidden": "true" });
    var taken = {}, bad = {};
    for (var p = 0; p < count; p++) {
      var from = Math.floor(rows.at[p] / span * PLACES), to = Math.max(from + 3, Math.ceil((rows.at[p] + rows.took[p]) / span * PLACES));
      var name = role(p), slots = taken[name] = taken[name] || new Uint8Array(PLACES + 4);
      slots.fill(1, from, Math.min(to, PLACES));
      if (isRed(p)) { bad[from] = 1; }
    }
    order.forEach(function (name, line) {
      var y = 4 + line * 36 / order.length, slots = taken[name], path = "", from = -1;
      for (var x = 0; x <= PLACES; x++) {
        if (slots[x] && x < PLACES) { if (from < 0) { from = x; } }
        else if (from >= 0) { path += "M" + from + " " + y + "h" + (x - from) + "v3h-" + (x - from) + "z"; from = -1; }
      }
      picture.appendChild(draw("path", { d: path, "class": "over-" + name }));
    });
    var red = Object.keys(bad).map(function (x) { return "M" + x + " 40h4v4h-4z"; }).join("");
    if (red) { picture.appendChild(draw("path", { d: red, "class": "over-fault" })); }
    add(overview, picture, veils[0], veils[1], frame);
    [["from", 0], ["to", PLACES]].forEach(function (which, place) {
      var slider = make("input", "range-" + which[0]);
      slider.type = "range"; slider.min = 0; slider.max = PLACES; slider.value = which[1];
      slider.setAttribute("aria-label", place ? "Range to" : "Range from");
      slider.addEventListener("input", function () {
        var from = Number(sliders[0].value), to = Number(sliders[1].value);
        if (to - from < 2) { sliders[place].value = place ? from + 2 : to - 2; }
        setRange(Number(sliders[0].value) / PLACES * span, Number(sliders[1].value) / PLACES * span, true);
      });
      sliders.push(slider);
      overview.appendChild(slider);
    });
  }
  function setRange(from, to, dragged) {
    var least = span / PLACES * 2;
    to = Math.min(span, Math.max(to, least));
    from = Math.max(0, Math.min(from, to - least));
    state.from = from; state.to = to;
    if (!dragged) { sliders[0].value = Math.round(from / span * PLACES); sliders[1].value = Math.round(to / span * PLACES); }
    sliders[0].setAttribute("aria-valuetext", seconds(from));
    sliders[1].setAttribute("aria-valuetext", seconds(to));
    veils[0].style.width = from / span * 100 + "%";
    veils[1].style.width = (1 - to / span) * 100 + "%";
    frame.style.left = from / span * 100 + "%"; frame.style.right = (1 - to / span) * 100 + "%";
    refresh();
  }
  function zoom(by) {
    var middle = (state.from + state.to) / 2, half = (state.to - state.from) / 2 * by;
    setRange(middle - half, middle + half);
  }
  function move(by) {
    var width = state.to - state.from, from = Math.max(0, Math.min(span - width, state.from + by * width));
    setRange(from, from + width);
  }
  function isRed(p) { return pins(p).some(function (pin) { return pin[1] === "fault"; }); }

  // lanes on the axis of the rows

  function ticks() {
    var width = state.to - state.from, step = Math.pow(10, Math.floor(Math.log10(width / 4)));
    while (width / step > 7) { step *= step.toPrecision(1)[0] === "2" ? 2.5 : 2; }
    var made = [];
    for (var at = Math.ceil(state.from / step) * step; at < state.to; at += step) { made.push(at); }
    var places = step >= 1000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
    return made.map(function (at) { return { at: at, label: seconds(at, places) }; });
  }
  function lane(title, note, paint, told) {
    var line = make("div", "lane"), label = make("div", "lane-label"), axis = make("div", "lane-axis");
    add(label, make("b", "", title), " ", chips(make("span", "note"), note));
    if (told) { label.appendChild(make("span", "heard", ". " + told)); }
    var width = axisWidth(), picture = draw("svg", { width: width, height: 24, "aria-hidden": "true" });
    var scale = function (ms) { return (ms - state.from) / (state.to - state.from) * width; };
    paint(picture, scale, width);
    add(axis, picture);
    return add(line, label, axis);
  }
  function put(picture, tag, attributes, content) {
    var node = draw(tag, attributes);
    if (content) { node.textContent = content; }
    picture.appendChild(node);
  }
  function band(picture, scale, width, from, to, name) {
    var x = Math.max(scale(from), 0), end = Math.min(scale(to), width);
    if (end > x) { put(picture, "rect", { x: x, y: 7, width: Math.max(end - x, 2), height: 10, "class": name }); }
  }
  function marks(picture, scale, width, times, path, name) {
    // Marks that would stand on each other are drawn once.
    var taken = {}, d = "";
    times.forEach(function (ms) {
      var x = Math.round(scale(ms));
      if (x < 0 || x > width || taken[x >> 1]) { return; }
      taken[x >> 1] = 1;
      d += path.replace("X", x);
    });
    if (d) { put(picture, "path", { d: d, "class": name }); }
  }
  var TICK = "MX 5v14", CROSS = "MX 12m-4 -4l8 8m0 -8l-8 8", DOT = "MX 12m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0";
  function tokenLane(use, title, tone) {
    var mine = data.tokens.filter(function (token) { return token[0] === use && token[2] !== null; });
    if (!mine.length) { return null; }
    var used = [], refused = [], issued = [];
    mine.forEach(function (token) {
      if (token[4] !== "refused") { issued.push(token[2]); }
      token[5].forEach(function (ms, at) { (token[6].indexOf(at) >= 0 ? refused : used).push(ms); });
    });
    var note = mine.length + " seen · ● accepted" + (refused.length ? " ✕ answered 401" : "");
    return lane(title, note, function (picture, scale, width) {
      mine.forEach(function (token) { if (token[4] !== "refused") { band(picture, scale, width, token[2], token[3] === null ? span : token[3], tone); } });
      marks(picture, scale, width, issued, TICK, tone + "-mark");
      marks(picture, scale, width, used, DOT, tone + "-dot");
      marks(picture, scale, width, refused, CROSS, "cross");
    }, used.length + " uses accepted, " + refused.length + " refused");
  }
  function drawLanes() {
    lanes.textContent = "";
    var width = axisWidth(), began = new Date(data.started || NaN);
    var note = isNaN(began) ? "after the first exchange" : "from " + began.toLocaleTimeString() + ", your time";
    var time = lane("Time", note, function (picture, scale) {
      ticks().forEach(function (tick) {
        put(picture, "text", { x: scale(tick.at) + 3, y: 16, "class": "axis-text" }, tick.label);
      });
    });
    if (!isNaN(began)) { time.title = "first exchange " + began.toISOString().replace("T", " ").replace("Z", " UTC"); }
    lanes.appendChild(time);
    if (data.sessions.length) {
      lanes.appendChild(lane("Session", data.sessions.length === 1 ? "one session" : data.sessions.length + " sessions", function (picture, scale, width) {
        data.sessions.forEach(function (one) {
          band(picture, scale, width, one.began, one.ended === null ? span : one.ended, "lane-session");
          marks(picture, scale, width, [one.began], TICK, "lane-session-mark");
          var said = (one.sign_in === null ? "in use" : "signed in at #" + one.sign_in) + (one.sign_out !== null ? ", signed out at #" + one.sign_out : one.lost !== null ? ", lost at #" + one.lost : "");
          var x = Math.max(scale(one.began), 0) + 5;
          if (x < width && Math.min(one.ended === null ? width : scale(one.ended), width) - x > said.length * 6.5) { put(picture, "text", { x: x, y: 16, "class": "lane-text" }, said); }
        });
      }, data.sessions.map(function (one) { return one.sign_in === null ? "in use from the start" : "signed in at #" + one.sign_in; }).join(", ")));
    }
    [tokenLane("access", "Access tokens", "lane-access"), tokenLane("refresh", "Refresh tokens", "lane-refresh")].forEach(function (made) { if (made) { lanes.appendChild(made); } });
    if (data.cookies.length) {
      var kept = [], gone = [], refused = [];
      data.cookies.forEach(function (one) { (one[2] ? refused : one[3] ? gone : kept).push(one[0]); });
      lanes.appendChild(lane("Cookies", kept.length + " set" + (gone.length ? " · " + gone.length + " removed" : "") + (refused.length ? " · " + refused.length + " refused ✕" : ""), function (picture, scale, width) {
        marks(picture, scale, width, kept, TICK, "cookie-mark");
        marks(picture, scale, width, gone, "MX 7h3v10h-3z", "cookie-gone");
        marks(picture, scale, width, refused, CROSS, "cross");
      }));
    }
    if (Object.keys(data.pins).some(function (p) { return pins(p)[0][1] !== "note"; })) { lanes.appendChild(findingLane()); }
  }
  function findingLane() {
    var places = Object.keys(data.pins).map(Number).filter(function (p) { return pins(p)[0][1] !== "note"; });
    var told = data.findings.map(function (one) { return one[0]; });
    return lane("Findings", told.slice(0, 2).join(", ") + (told.length > 2 ? " and " + (told.length - 2) + " more" : ""), function (picture, scale, width) {
      var last = -99, first = null, end = null;
      places.forEach(function (p) { var x = scale(rows.at[p]); if (x >= 0 && x <= width) { first = first === null ? x : first; end = x; } });
      if (first !== null && end > first) { put(picture, "path", { d: "M" + first + " 12H" + end, "class": "pin-run" }); }
      places.forEach(function (p) {
        var x = scale(rows.at[p]), pin = pins(p)[0];
        if (x < 0 || x > width || (x - last < 18 && pin[1] !== "fault")) { return; }
        last = x;
        put(picture, "path", { d: "M" + (x - 3) + " 5h6l4 4v6l-4 4h-6l-4 -4v-6z", "class": "pin pin-" + pin[1] });
        put(picture, "text", { x: x, y: 16, "class": "pin-text pin-text-" + pin[1] }, String(pin[0]));
      });
    }, places.length + " exchanges named by findings");
  }

  // rows

  var cachedWidth = 0;
  function axisWidth() { return cachedWidth || 1; }
  function measure() {
    var sample = head.querySelector(".c-when");
    cachedWidth = Math.max(sample ? sample.clientWidth - 8 : 0, 1);
  }
  function cell(name, content) {
    var node = make("span", name, content);
    node.setAttribute("role", "gridcell");
    return node;
  }
  function fillBar(when, p) {
    var width = axisWidth(), scale = width / (state.to - state.from), node = when.firstChild;
    var from = (rows.at[p] - state.from) * scale, length = Math.max(rows.took[p] * scale, 3);
    var left = Math.max(from, 0), seen = Math.max(Math.min(from + length, width) - left, 3);
    var whole = seen >= 8 && from >= 0 && from + length <= width + 1, red = pins(p).some(function (pin) { return pin[1] === "fault" || pin[1] === "follows"; });
    node.className = "t-bar bar-" + role(p) + (whole ? "" : " narrow") + (red ? " pinned" : "");
    node.style.left = Math.min(left, width - 3) + "px"; node.style.width = seen + "px";
    if (whole) {
      var queued = make("span", "queued"), waiting = make("span", "waiting"), rest = rows.took[p] || 1;
      queued.style.width = Math.max(rows.sent[p] - rows.at[p], 0) / rest * 100 + "%";
      waiting.style.width = Math.max(rows.answered[p] - rows.sent[p], 0) / rest * 100 + "%";
      node.insertBefore(waiting, node.firstChild);
      node.insertBefore(queued, waiting);
    }
    var remark = text[data.remarks[p]] || text[data.failures[p]] || (data.sources[p] ? "from " + words(data.sources[p]) : "");
    if (!remark) { return; }
    var said = chips(make("span", "remark"), remark), right = left + seen + 7;
    if (right + remark.length * 6 < width || left < width / 2) { said.style.left = right + "px"; said.style.right = "0"; }
    else { said.style.right = width - left + 18 + "px"; said.classList.add("before"); }
    when.appendChild(said);
  }
  function pinMark(pin) {
    var mark = make("span", "pin-mark pin-mark-" + pin[1], String(pin[0]));
    mark.setAttribute("aria-hidden", "true");
    return mark;
  }
  // Rows are copies of one: a copy costs a tenth of making a dozen elements.
  var pattern = make("div", "t-row");
  function buildPattern() {
    pattern.setAttribute("role", "row");
    var number = cell("c-n"), kind = cell("c-role"), request = cell("c-request"), when = cell("c-when");
    add(number, make("span", "twist"), make("b", "", " "));
    add(kind, make("span"), make("span", "role-word", " "));
    add(request, make("span", "method", " "), make("bdi", "path", " "), make("bdi", "host", " "));
    add(when, add(make("span"), make("span", "receiving")));
    add(pattern, number, kind, request, cell("c-status", " "), cell("c-took", " "), when);
  }
  function rowNode(i) {
    var p = items[i].p, node = pattern.cloneNode(true), number = node.firstChild, kind = number.nextSibling, request = kind.nextSibling, status = request.nextSibling;
    node.id = "row-" + i;
    node.setAttribute("aria-rowindex", p + 2);
    node.setAttribute("aria-expanded", String(!!state.open[p]));
    number.lastChild.firstChild.data = "#" + rows.n[p];
    kind.firstChild.className = "role role-" + role(p);
    kind.lastChild.firstChild.data = words(role(p));
    request.children[0].firstChild.data = text[rows.method[p]] + " ";
    request.children[1].firstChild.data = text[rows.path[p]];
    request.children[2].firstChild.data = text[rows.host[p]];
    status.firstChild.data = rows.status[p] ? String(rows.status[p]) : "none";
    status.nextSibling.firstChild.data = Math.round(rows.took[p]) + " ms";
    pins(p).forEach(function (pin, place) {
      if (!place) { number.appendChild(pinMark(pin)); }
      number.appendChild(make("span", "heard", " finding " + pin[0] + ": " + data.findings[pin[0] - 1][0]));
    });
    if ((rows.status[p] >= 400 || !rows.status[p]) && pins(p).some(function (pin) { return pin[1] !== "note"; })) { status.classList.add("bad"); }
    fillBar(node.lastChild, p);
    if (state.open[p]) { node.classList.add("is-open"); }
    return node;
  }
  function foldNode(i) {
    var item = items[i], node = make("div", "t-row fold-row"), label = cell("c-fold"), list = item.rows;
    node.setAttribute("role", "row");
    node.setAttribute("aria-expanded", String(!!state.unfolded[item.key]));
    node.setAttribute("aria-rowindex", list[0] + 2);
    node.id = "row-" + i;
    add(label, make("span", "twist"));
    var from = "#" + rows.n[list[0]], to = "#" + rows.n[list[list.length - 1]];
    if (item.kind === "quiet") {
      var kinds = {};
      list.forEach(function (p) { kinds[words(role(p))] = 1; });
      add(label, list.length + " " + Object.keys(kinds).join(" and ") + " exchanges ", make("span", "note", from + " – " + to + ", folded"));
    } else {
      var told = list.slice(0, item.period).map(function (p) { return words(role(p)) + " " + (rows.status[p] || "none"); });
      add(label, make("b", "", list.length / item.period + " more rounds"), " of " + told.join(", ") + " ", make("span", "note", from + " – " + to + ", all alike"));
    }
    var when = cell("c-when"), width = axisWidth(), scale = width / (state.to - state.from), taken = {};
    list.forEach(function (p) {
      var x = Math.round((rows.at[p] - state.from) * scale);
      if (x < 0 || x > width || taken[x >> 1]) { return; }
      taken[x >> 1] = 1;
      var small = make("span", "t-bar bar-" + role(p) + " small");
      small.style.left = x + "px"; small.style.width = Math.max(Math.min(rows.took[p] * scale, width - x), 3) + "px";
      add(small, make("span", "receiving"));
      when.appendChild(small);
    });
    return add(node, label, when);
  }
  function groupNode(i) {
    var node = make("div", "t-row group-row"), label = cell("c-fold");
    node.setAttribute("role", "row");
    add(label, make("b", "", items[i].name), " ", make("span", "note", items[i].size + (items[i].size === 1 ? " exchange" : " exchanges")));
    node.id = "row-" + i;
    return add(node, label);
  }

  // an opened row

  function facts(title, note, ok) {
    var heading = make("h3");
    if (ok !== undefined && ok !== null) { heading.appendChild(make("span", ok ? "says-ok" : "says-no", ok ? "✓ " : "✕ ")); }
    return add(heading, title + " ", note ? make("span", "note", note) : null);
  }
  function pairList() { return make("dl", "pairs"); }
  function pair(list, name, value, mark, caption) {
    var line = make("div", mark || ""), told = make("dd");
    add(line, add(make("dt"), (mark === "decisive" ? "◆ " : mark === "missing" ? "◇ " : "") + name), chips(told, value));
    if (caption) { told.appendChild(make("span", "caption", (mark === "missing" ? "◇ " : "◆ ") + caption)); }
    list.appendChild(line);
  }
  function lines(side, packed, bodyText, marked) {
    var box = make("div"), list = pairList(), rest = pairList(), plain = 0, masked = 0;
    var waiting = (marked || []).filter(function (one) { return one[0] === side; });
    waiting.filter(function (one) { return one[2] === "missing"; }).forEach(function (one) { pair(list, one[1], "not there", "missing", one[3]); });
    for (var at = 0; at < packed.length; at += 2) {
      var name = text[packed[at]], value = text[packed[at + 1]];
      var mark = waiting.filter(function (one) { return one[1] === name && one[2] === "decisive"; })[0];
      if (/^«header [^»]*»$/.test(value) && !mark) { pair(rest, name, value); masked++; }
      else { pair(list, name, value, mark && mark[2], mark && mark[3]); plain++; }
    }
    if (bodyText) {
      var decisive = waiting.filter(function (one) { return one[1] === "body" && one[2] === "decisive"; })[0];
      pair(list, "body", bodyText, decisive && decisive[2], decisive && decisive[3]);
    }
    add(box, facts(side === "request" ? "Request" : "Response", plain + " of " + (plain + masked) + " lines"), list);
    if (masked) {
      var fold = make("details"), summary = make("summary", "", masked + " masked line" + (masked === 1 ? "" : "s"));
      add(fold, summary, rest);
      fold.addEventListener("toggle", function () { resize(); });
      box.appendChild(fold);
    }
    return box;
  }
  function jump(n, said) {
    var link = make("a", "", said || "#" + n);
    link.href = "#x" + n;
    link.dataset.exchange = n;
    return link;
  }
  function moment(ms) {
    var node = make("span", "", "+" + seconds(ms, 3));
    if (data.started) {
      var date = new Date(new Date(data.started).getTime() + ms);
      if (!isNaN(date)) { node.textContent = date.toLocaleTimeString(); node.title = date.toISOString().replace("T", " ").replace("Z", " UTC"); }
    }
    return node;
  }
  function life(ms) {
    var rest = Math.abs(ms), said = rest >= 7.2e6 ? Math.round(rest / 3.6e6) + " h" : rest >= 1.2e5 ? Math.round(rest / 6e4) + " min" : Math.round(rest / 1000) + " s";
    return said + (ms < 0 ? " over when sent" : " left when sent");
  }
  function cookiesColumn(detail) {
    var box = make("div"), out = make("ul", "said-list");
    box.appendChild(facts("Cookies out"));
    detail[4].forEach(function (one) {
      var line = add(make("li", "ok"), make("b", "", text[one[0]]), " sent ", chips(make("span"), text[one[1]]));
      if (one[2] !== null) { add(line, " stored at ", jump(one[2])); }
      out.appendChild(line);
    });
    detail[5].forEach(function (one) {
      var line = add(make("li", one[3] ? "no" : "off"), make("b", "", text[one[0]]), " not sent: ", make("b", "", one[1]), " · kept for ");
      add(line, make("bdi", "", text[one[2]]), one[3] ? ". Not right: see finding " + one[3].replace("f", "") + "." : ". Right.");
      out.appendChild(line);
    });
    add(box, out.children.length ? out : make("p", "note", "none"), facts("Cookies in"));
    var into = make("ul", "said-list");
    detail[6].forEach(function (one) {
      into.appendChild(add(chips(make("li", one[1] === "refused" ? "no" : "ok"), text[one[0]]), " ", make("b", "", one[1]), one[2] ? ": " + one[2] : ""));
    });
    box.appendChild(into.children.length ? into : make("p", "note", "none"));
    detail[7].forEach(function (claim) { box.appendChild(claims(claim)); });
    return box;
  }
  function claims(claim) {
    var box = make("div"), list = pairList();
    var signature = { unknown: "signature not checked: no key in the recording", verified: "signature verified", refused: "signature does not match" }[claim[9]];
    add(box, facts("Token " + claim[0] + " in " + text[claim[3]], "JWT, " + claim[1] + ", " + signature));
    if (claim[4]) { pair(list, "algorithm", claim[4]); }
    [["issued", claim[5]], ["expires", claim[6]]].forEach(function (one) {
      if (one[1] === null) { return; }
      pair(list, one[0], "");
      add(list.lastChild.lastChild, moment(one[1]), one[0] === "expires" && claim[7] !== null && claim[2] === "request" ? " · " + life(claim[7]) : "");
    });
    for (var at = 0; at < claim[8].length; at += 2) { pair(list, text[claim[8][at]], text[claim[8][at + 1]]); }
    if (claim[10].length) { pair(list, "against it", claim[10].join(", "), "decisive"); }
    return add(box, list);
  }
  function kilobytes(size, limit) { return (size / 1024).toFixed(1) + (limit ? " of " + Math.round(limit / 1024) : "") + " KB"; }
  function thirdColumn(p, detail) {
    var box = make("div"), cors = text[detail[8][0]], sizes = detail[9], phases = detail[10];
    if (cors) { add(box, facts("CORS", "", detail[8][1]), make("p", "", cors)); }
    var hop = text[sizes[4]] ? " (" + text[sizes[4]] + ")" : "", over = (sizes[1] && sizes[0] > sizes[1]) || (sizes[3] && sizes[2] > sizes[3]);
    add(box, facts("Size of headers", "", !over), make("p", "", "Request " + kilobytes(sizes[0], sizes[1]) + hop));
    box.appendChild(make("p", "", "Response " + kilobytes(sizes[2], sizes[3]) + hop + (sizes[5] ? "" : " or more")));
    var names = ["queued", "DNS", "connect", "TLS", "send", "server", "receive"];
    var told = phases.map(function (ms, at) { return ms === null ? "" : names[at] + " " + ms; }).filter(Boolean).join(" · ");
    add(box, facts("Time"), make("p", "", (told ? told + " ms" : "no phases recorded") + ", at +" + seconds(rows.at[p], 3)));
    if (detail[11].length || pins(p).length) { box.appendChild(facts("Links")); }
    detail[11].forEach(function (link) { box.appendChild(add(make("p"), link[0] + " ", jump(link[1]))); });
    pins(p).forEach(function (pin) {
      var finding = data.findings[pin[0] - 1], line = make("p");
      box.appendChild(add(line, "finding " + pin[0] + " ", make("code", "", finding[0])));
    });
    return box;
  }
  function detailNode(i) {
    var p = items[i].p, n = rows.n[p], detail = data.details[n], node = make("div", "detail"), inside = make("div", "detail-columns");
    node.setAttribute("role", "row");
    inside.setAttribute("role", "gridcell");
    if (detail) {
      var first = make("div");
      add(first, lines("request", detail[0], text[detail[1]], data.marks[n]), lines("response", detail[2], text[detail[3]], data.marks[n]));
      add(inside, first, cookiesColumn(detail), thirdColumn(p, detail));
    } else {
      var some = make("div");
      add(some, make("p", "", "Sent at +" + seconds(rows.sent[p], 3) + ", answered at +" + seconds(rows.answered[p], 3) + ", complete after " + rows.took[p] + " ms."));
      add(some, make("p", "note", "The header lines of this exchange are not in this page: the recording is large, and no finding names it."));
      inside.appendChild(some);
    }
    return add(node, inside);
  }

  // the window

  var live_ = {}, queuedFrame = 0;
  function from(y) {
    var low = 0, high = items.length - 1;
    while (low < high) { var middle = (low + high + 1) >> 1; if (tops[middle] <= y) { low = middle; } else { high = middle - 1; } }
    return low;
  }
  function render() {
    queuedFrame = 0;
    body.style.height = total + "px";
    // A short list is drawn whole, so that the browser's own search finds every row.
    var edge = body.getBoundingClientRect(), around = items.length <= WHOLE ? 1e9 : AROUND;
    var top = -edge.top - around, bottom = -edge.top + window.innerHeight + around;
    var wanted = {}, grew = false;
    for (var i = from(Math.max(top, 0)); i < items.length && tops[i] < bottom; i++) { wanted[i] = 1; }
    if (state.active >= 0 && state.active < items.length) { wanted[state.active] = 1; }
    Object.keys(live_).forEach(function (i) {
      if (!wanted[i]) { live_[i].forEach(function (node) { node.remove(); }); delete live_[i]; }
    });
    var fresh = document.createDocumentFragment(), room = around === AROUND ? AT_ONCE : 1e9;
    // Of a long list, a frame draws so many new rows that no task is long: first the active one, then from the top.
    Object.keys(wanted).map(Number).sort(function (a, b) { return (b === state.active) - (a === state.active) || a - b; }).forEach(function (i) {
      var made = live_[i];
      if (!made) {
        if (!room) { later(); return; }
        room--;
        var kind = items[i].kind;
        made = live_[i] = [kind === "row" ? rowNode(i) : kind === "group" ? groupNode(i) : foldNode(i)];
        fresh.appendChild(made[0]);
        if (kind === "row" && state.open[items[i].p]) {
          made.push(detailNode(i));
          fresh.appendChild(made[1]);
        }
      }
      made[0].style.transform = "translateY(" + tops[i] + "px)";
      made[0].classList.toggle("is-active", i === state.active);
      if (made[1]) {
        made[1].style.transform = "translateY(" + (tops[i] + ROW) + "px)";
      }
    });
    body.appendChild(fresh);
    Object.keys(live_).forEach(function (i) {
      if (!live_[i][1]) { return; }
      var high = live_[i][1].offsetHeight;
      if (heights[items[i].p] !== high) { heights[items[i].p] = high; grew = true; }
    });
    if (state.active >= 0 && live_[state.active]) { grid.setAttribute("aria-activedescendant", "row-" + state.active); }
    else { grid.removeAttribute("aria-activedescendant"); }
    if (grew) { place(); render(); }
  }
  function later() { if (!queuedFrame) { queuedFrame = requestAnimationFrame(render); } }
  function forget() { body.textContent = ""; live_ = {}; }
  function resize() { place(); forget(); render(); }
  var announcing = 0;
  function refresh() {
    var kept = state.active >= 0 && items[state.active] && items[state.active].kind === "row" ? items[state.active].p : -1;
    arrange();
    state.active = kept >= 0 ? indexOf(kept) : -1;
    forget();
    ranged.textContent = lasting(state.from) + " – " + lasting(state.to) + " of " + lasting(span);
    counted.textContent = thousands(shown) + " of " + thousands(data.total) + " exchanges shown";
    empty.hidden = items.length > 0;
    grid.hidden = !items.length;
    if (!items.length) { tellEmpty(); }
    drawLanes();
    body.style.backgroundImage = ticks().map(function () { return "linear-gradient(var(--line), var(--line))"; }).join(",");
    body.style.backgroundSize = "1px 100%";
    var start = head.querySelector(".c-when").offsetLeft;
    body.style.backgroundPosition = ticks().map(function (tick) { return start + (tick.at - state.from) / (state.to - state.from) * axisWidth() + "px 0"; }).join(",");
    render();
    clearTimeout(announcing);
    announcing = setTimeout(function () { live.textContent = thousands(shown) + " of " + thousands(data.total) + " exchanges"; }, 500);
  }
  function tellEmpty() {
    empty.textContent = "";
    var way = make("button", "as-link", "Show everything");
    way.type = "button";
    way.addEventListener("click", function () { everything(); search.focus(); });
    add(empty, make("b", "", state.query ? "No exchange matches “" + search.value.trim() + "”." : "No exchange is left."), " ", way);
  }
  function everything() {
    search.value = ""; state.query = ""; state.findings = false;
    var tick = tools.querySelector("input[type=checkbox]");
    if (tick) { tick.checked = false; }
    order.forEach(function (name) { if (!QUIET[name]) { state.off[name] = false; } });
    tools.querySelectorAll(".role-chip").forEach(function (chip, at) { chip.setAttribute("aria-pressed", String(!state.off[order[at]])); });
    setRange(0, span);
  }

  // moving about

  function firstRow() { return items.length ? 0 : -1; }
  function activate(i, scroll) {
    if (i < 0 || i >= items.length) { return; }
    var before = state.active;
    state.active = i;
    if (live_[before]) { live_[before][0].classList.remove("is-active"); }
    if (scroll) {
      var edge = body.getBoundingClientRect(), y = edge.top + tops[i], low = window.innerHeight - 60, high = head.offsetHeight + 8;
      if (y < high) { window.scrollBy(0, y - high); } else if (y > low) { window.scrollBy(0, y - low); }
    }
    render();
  }
  function toggle(i) {
    var item = items[i];
    if (!item || item.kind === "group") { return; }
    if (item.kind !== "row") {
      state.unfolded[item.key] = !state.unfolded[item.key];
      arrange(); forget(); counted.textContent = thousands(shown) + " of " + thousands(data.total) + " exchanges shown";
      activate(i); return;
    }
    if (state.open[item.p]) { delete state.open[item.p]; } else { state.open[item.p] = true; }
    place(); forget(); activate(i);
  }
  function goTo(n, opened) {
    var p = position[n];
    if (p === undefined) { return false; }
    var i = indexOf(p);
    if (i < 0) {
      items.forEach(function (item) { if (item.rows && item.rows.indexOf(p) >= 0) { state.unfolded[item.key] = true; } });
      arrange();
      i = indexOf(p);
    }
    if (i < 0) { everything(); arrange(); items.forEach(function (item) { if (item.rows && item.rows.indexOf(p) >= 0) { state.unfolded[item.key] = true; } }); arrange(); i = indexOf(p); }
    if (i < 0) { return false; }
    if (opened) { state.open[p] = true; }
    place(); forget();
    state.active = i;
    render();
    grid.focus({ preventScroll: true });
    var edge = body.getBoundingClientRect();
    window.scrollBy(0, edge.top + tops[i] - Math.min(180, window.innerHeight / 4));
    render();
    return true;
  }
  function nextFinding(step) {
    var places = Object.keys(data.pins).map(Number).sort(function (a, b) { return a - b; });
    if (!places.length) { return; }
    var here = state.active >= 0 && items[state.active] && items[state.active].kind === "row" ? items[state.active].p : step > 0 ? -1 : count;
    var next = step > 0 ? places.filter(function (p) { return p > here; })[0] : places.filter(function (p) { return p < here; }).pop();
    goTo(rows.n[next === undefined ? places[step > 0 ? 0 : places.length - 1] : next], false);
  }
  function onKey(event) {
    var keys = {
      ArrowDown: function () { activate(Math.min(state.active + 1, items.length - 1), true); },
      ArrowUp: function () { activate(Math.max(state.active - 1, 0), true); },
      Home: function () { activate(0, true); }, End: function () { activate(items.length - 1, true); },
      Enter: function () { if (state.active >= 0) { toggle(state.active); } },
      Escape: function () { var item = items[state.active]; if (item && item.kind === "row" && state.open[item.p]) { toggle(state.active); } else { clearSearch(); } },
      ArrowLeft: function () { move(-0.25); }, ArrowRight: function () { move(0.25); }
    };
    if (event.target !== grid || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) { return; }
    event.preventDefault();
    keys[event.key]();
  }

  function start() {
    buildPattern(); buildTools(); buildOverview();
    var columns = [["c-n", "#"], ["c-role", "Role"], ["c-request", "Request"], ["c-status", "Status"], ["c-took", "Took"], ["c-when", "When"]];
    var headRow = make("div", "t-row head-row");
    headRow.setAttribute("role", "row"); headRow.setAttribute("aria-rowindex", 1);
    columns.forEach(function (column) { var node = make("span", column[0], column[1]); node.setAttribute("role", "columnheader"); headRow.appendChild(node); });
    head.setAttribute("role", "rowgroup"); body.setAttribute("role", "rowgroup");
    head.appendChild(headRow);
    grid.setAttribute("role", "treegrid"); grid.setAttribute("aria-label", "Exchanges"); grid.setAttribute("aria-rowcount", count + 1); grid.tabIndex = 0;
    add(grid, head, body);
    var under = make("p", "under-overview"), all = make("button", "as-link", "Show everything");
    all.type = "button"; all.addEventListener("click", everything);
    var hint = make("span", "note hint", "drag the handles, or ");
    ["+", "−", "←", "→"].forEach(function (key) { hint.appendChild(make("kbd", "", key)); });
    add(under, ranged, hint, all, counted);
    live.setAttribute("role", "status");
    var foot = make("p", "grid-foot");
    [["↑↓", "row"], ["Enter", "open"], ["f", "next finding"], ["/", "search"], ["Esc", "close"]].forEach(function (one) { add(foot, make("kbd", "", one[0]), one[1] + " "); });
    add(foot, make("span", "zone", "In the order the browser made them · times in your zone; hold the pointer on one for UTC"));
    add(box, tools, overview, under, lanes, live, empty, grid, foot);
    section.appendChild(box);
    section.classList.add("is-live");
    grid.addEventListener("keydown", onKey);
    body.addEventListener("click", function (event) {
      var node = event.target.closest(".t-row");
      if (node) { toggle(Number(node.id.slice(4))); grid.focus({ preventScroll: true }); }
    });
    document.addEventListener("click", function (event) {
      var link = event.target.closest("a[data-exchange]");
      if (link && !event.ctrlKey && !event.metaKey && goTo(Number(link.dataset.exchange), true)) { event.preventDefault(); }
    });
    window.addEventListener("scroll", later, { passive: true });
    window.addEventListener("resize", later);
    new ResizeObserver(function () { var before = cachedWidth; measure(); if (before !== cachedWidth) { heights = {}; refresh(); } }).observe(head);
    measure();
    setRange(0, span);
    var asked = /^#x(\d+)$/.exec(location.hash);
    if (asked) { goTo(Number(asked[1]), true); }
    window.timelineKeys = {
      "/": function () { search.focus(); search.select(); section.scrollIntoView(); },
      f: function () { nextFinding(1); }, F: function () { nextFinding(-1); },
      j: function () { grid.focus({ preventScroll: true }); activate(Math.min(state.active + 1, items.length - 1), true); },
      k: function () { grid.focus({ preventScroll: true }); activate(Math.max(state.active - 1, 0), true); },
      "+": function () { zoom(0.5); }, "-": function () { zoom(2); }, "0": everything
    };
  }
  start();
})();
