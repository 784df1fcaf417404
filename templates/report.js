// The page beside the timeline: copying, theme, print, times, sections, keys, rules.
(function () {
  var root = document.documentElement;
  root.classList.add("scripted");
  function each(selector, act) { document.querySelectorAll(selector).forEach(act); }
  function make(tag, name, content) {
    var node = document.createElement(tag);
    if (name) { node.className = name; }
    if (content !== undefined) { node.textContent = content; }
    return node;
  }

  // copying

  var live = make("span", "heard");
  live.setAttribute("role", "status");
  document.body.appendChild(live);
  function say(button, word, done) {
    var label = button.querySelector("span") || button, before = button.dataset.label || label.textContent;
    button.dataset.label = before;
    label.textContent = word;
    button.classList.toggle("done", done);
    live.textContent = word;
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(function () { label.textContent = before; button.classList.remove("done"); live.textContent = ""; }, 2000);
  }
  function select(node) {
    var range = document.createRange(), selection = window.getSelection();
    range.selectNodeContents(node);
    selection.removeAllRanges();
    selection.addRange(range);
  }
  function copy(button) {
    var id = button.dataset.copy, node = document.getElementById(id);
    function refused() {
      var area = make("textarea", "heard"), done = false, visible = document.querySelector('[data-for="' + id + '"]');
      area.value = node.textContent;
      area.setAttribute("aria-hidden", "true");
      document.body.appendChild(area);
      area.select();
      try { done = document.execCommand("copy"); } catch (error) { done = false; }
      area.remove();
      if (done) { button.focus(); } else if (visible) { select(visible); }
      say(button, done ? "Copied ✓" : "Select the text below", done);
    }
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(node.textContent).then(function () { say(button, "Copied ✓", true); }, refused);
    } else { refused(); }
  }
  each("button[data-copy]", function (button) { button.addEventListener("click", function () { copy(button); }); });

  // theme, print, times

  var theme = document.getElementById("theme"), themes = ["auto", "light", "dark"];
  theme.addEventListener("click", function () {
    var next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % 3];
    if (next === "auto") { delete root.dataset.theme; } else { root.dataset.theme = next; }
    theme.textContent = "Theme: " + next;
  });
  document.getElementById("print").addEventListener("click", function () { window.print(); });
  each("time[datetime]", function (node) {
    var moment = new Date(node.getAttribute("datetime"));
    if (isNaN(moment)) { return; }
    var utc = node.title = node.textContent;
    function local() {
      node.textContent = "";
      node.appendChild(make("span", "wide", moment.toLocaleDateString(undefined, { dateStyle: "medium" }) + ", "));
      node.appendChild(document.createTextNode(moment.toLocaleTimeString(undefined, { timeStyle: "medium" })));
      node.appendChild(make("span", "wide", " your time"));
    }
    local();
    node.tabIndex = 0; // the pointer shows UTC as a hint, the keyboard in its place
    node.addEventListener("focus", function () { node.textContent = utc; });
    node.addEventListener("blur", local);
  });
  var opened = [];
  window.addEventListener("beforeprint", function () {
    var now = new Date(), offset = -now.getTimezoneOffset() / 60;
    document.getElementById("printed").textContent = "Printed " + now.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }) + " (UTC" + (offset < 0 ? "" : "+") + offset + ")";
    each("details:not([open])", function (node) { opened.push(node); node.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.splice(0).forEach(function (node) { node.open = false; }); });

  // equal chips light up together

  function mark(event, on) {
    var chip = event.target.closest && event.target.closest(".chip");
    if (!chip) { return; }
    each(".chip", function (other) { other.classList.toggle("same", on && other.textContent === chip.textContent); });
  }
  ["mouseover", "focusin"].forEach(function (name) { document.addEventListener(name, function (event) { mark(event, true); }); });
  ["mouseout", "focusout"].forEach(function (name) { document.addEventListener(name, function (event) { mark(event, false); }); });
  // A page holds hundreds of chips: those of the proof that have equals can have the focus and say how many there are.
  var equals = {};
  each(".column .chip", function (chip) { equals[chip.textContent] = (equals[chip.textContent] || 0) + 1; });
  each(".proof-card .chip", function (chip) {
    var value = chip.textContent, count = equals[value];
    if (count < 2) { return; }
    chip.title = "masked value; it stands " + count + " times above the timeline";
    chip.tabIndex = 0;
    chip.setAttribute("role", "note");
    chip.setAttribute("aria-label", "masked " + value.replace(/[«»]/g, "").replace(/ B$/, " bytes") + ", " + count + " times above the timeline");
  });

  // where the reader is

  var links = Array.prototype.slice.call(document.querySelectorAll("nav.sections a"));
  var parts = links.map(function (link) { return document.getElementById(link.getAttribute("href").slice(1)); });
  function here() {
    var now = 0;
    parts.forEach(function (part, at) { if (part.getBoundingClientRect().top < 160) { now = at; } });
    if (window.innerHeight + window.scrollY >= root.scrollHeight - 4 && window.scrollY > 0) { now = parts.length - 1; }
    links.forEach(function (link, at) {
      if (at === now) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
    });
  }
  window.addEventListener("scroll", here, { passive: true });
  here();
  links.forEach(function (link, at) {
    link.addEventListener("click", function () {
      var title = parts[at].querySelector("h1, h2");
      if (!title) { return; }
      title.tabIndex = -1;
      setTimeout(function () { title.focus({ preventScroll: true }); }, 0); // after the jump, which takes the focus away
    });
  });

  // a link into a fold opens it

  function reveal() {
    var node = location.hash.length > 1 && document.getElementById(location.hash.slice(1)), fold = node && node.closest("details");
    if (fold && !fold.open) { fold.open = true; node.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  // rules: filter by outcome and words

  function filterRules(box) {
    var rows = Array.prototype.slice.call(document.querySelectorAll("#checked tr[data-outcome]"));
    var fold = document.querySelector("#checked details"), counts = {}, chosen = "", search = make("input"), group = make("div", "segments"), told = make("span", "heard");
    rows.forEach(function (row) { counts[row.dataset.outcome] = (counts[row.dataset.outcome] || 0) + 1; });
    function apply() {
      var words = search.value.trim().toLowerCase(), left = 0;
      rows.forEach(function (row) {
        var fits = (!chosen || row.dataset.outcome === chosen) && (!words || row.textContent.toLowerCase().indexOf(words) >= 0);
        row.hidden = !fits;
        left += fits ? 1 : 0;
      });
      if (fold && (chosen || words)) { fold.open = true; }
      told.textContent = left + " of " + rows.length + " rules";
      none.hidden = left > 0;
    }
    var none = make("p", "note none", "No rule matches. Clear the filter to see all.");
    none.hidden = true;
    [["", "All", rows.length]].concat(Object.keys(counts).map(function (word) { return [word, word, counts[word]]; })).forEach(function (one) {
      var button = make("button", "", one[1] + " " + one[2]);
      button.type = "button";
      button.setAttribute("aria-pressed", String(one[0] === ""));
      button.addEventListener("click", function () {
        chosen = one[0];
        group.querySelectorAll("button").forEach(function (other) { other.setAttribute("aria-pressed", String(other === button)); });
        apply();
      });
      group.appendChild(button);
    });
    search.type = "search"; search.placeholder = "Filter rules"; search.setAttribute("aria-label", "Filter rules");
    search.addEventListener("input", apply);
    told.setAttribute("role", "status");
    [group, search, told].forEach(function (node) { box.appendChild(node); });
    box.parentNode.insertBefore(none, box.nextSibling);
  }
  var rules = document.getElementById("rule-tools");
  if (rules) { filterRules(rules); }

  // keys

  var list = document.getElementById("key-list"), working = document.getElementById("key-switch");
  try { working.checked = localStorage.getItem("haranalyze-keys") !== "off"; } catch (error) { working.checked = true; }
  working.addEventListener("change", function () {
    try { localStorage.setItem("haranalyze-keys", working.checked ? "on" : "off"); } catch (error) { return; }
  });
  function showKeys() { if (!list.open) { list.showModal(); } }
  document.getElementById("keys").addEventListener("click", showKeys);
  list.querySelector("button").addEventListener("click", function (event) { event.preventDefault(); list.close(); });
  var own = {
    c: function () { document.querySelector("button.primary[data-copy]").click(); },
    t: function () { theme.click(); },
    "?": showKeys
  };
  document.addEventListener("keydown", function (event) {
    var target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || !working.checked || list.open || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) { return; }
    var keys = window.timelineKeys || {}, number = parseInt(event.key, 10);
    if (number >= 1 && number <= links.length) { links[number - 1].click(); return; }
    var act = own[event.key] || keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
})();
