"use strict";
(function () {
  var root = document.documentElement;
  root.classList.add("scripted");
  function each(selector, act) { document.querySelectorAll(selector).forEach(act); }
  function say(button, word) {
    var label = button.querySelector("span") || button;
    var before = button.dataset.label || label.textContent;
    button.dataset.label = before;
    label.textContent = word;
    button.setAttribute("aria-live", "polite");
    setTimeout(function () { label.textContent = before; }, 2000);
  }
  function select(node) {
    var range = document.createRange();
    range.selectNodeContents(node);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }
  function copy(button) {
    var id = button.dataset.copy;
    var node = document.getElementById(id);
    if (!node) { return; }
    function refused() {
      var area = document.createElement("textarea");
      area.value = node.textContent;
      document.body.appendChild(area);
      area.select();
      var done = false;
      try { done = document.execCommand("copy"); } catch (error) { done = false; }
      area.remove();
      var visible = document.querySelector('[data-for="' + id + '"]');
      if (!done && visible) { select(visible); }
      say(button, done ? "Copied ✓" : "Select the text below");
    }
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(node.textContent).then(function () { say(button, "Copied ✓"); }, refused);
    } else { refused(); }
  }
  each("button[data-copy]", function (button) { button.addEventListener("click", function () { copy(button); }); });

  var theme = document.getElementById("theme");
  var themes = ["auto", "light", "dark"];
  theme.addEventListener("click", function () {
    var next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % 3];
    if (next === "auto") { delete root.dataset.theme; } else { root.dataset.theme = next; }
    theme.textContent = "Theme: " + next;
  });
  document.getElementById("print").addEventListener("click", function () { window.print(); });

  each("time[datetime]", function (node) {
    var moment = new Date(node.getAttribute("datetime"));
    if (isNaN(moment)) { return; }
    node.title = node.textContent;
    node.textContent = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" }) + " your time";
  });

  function fold(button, closed) {
    button.closest("tbody").nextElementSibling.hidden = closed;
    button.setAttribute("aria-expanded", String(!closed));
  }
  each(".unfold", function (button) {
    fold(button, true);
    button.addEventListener("click", function () { fold(button, button.getAttribute("aria-expanded") === "true"); });
  });
  function reveal() {
    var row = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    var body = row && row.closest("tbody.foldable");
    if (body && body.hidden) { fold(body.previousElementSibling.querySelector(".unfold"), false); row.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  each(".chip", function (chip) {
    function mark(on) {
      each(".chip", function (other) { other.classList.toggle("same", on && other.textContent === chip.textContent); });
    }
    chip.addEventListener("mouseenter", function () { mark(true); });
    chip.addEventListener("mouseleave", function () { mark(false); });
  });

  var opened = [];
  window.addEventListener("beforeprint", function () {
    each("details:not([open])", function (node) { opened.push(node); node.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.splice(0).forEach(function (node) { node.open = false; }); });

  var at = -1;
  function finding(step) {
    var rows = document.querySelectorAll("tr[class^=pin-]");
    if (!rows.length) { return; }
    at = (at + step + rows.length) % rows.length;
    location.hash = rows[at].id;
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY/.test(event.target.tagName)) { return; }
    var links = document.querySelectorAll("nav.sections a");
    var number = parseInt(event.key, 10);
    if (number >= 1 && number <= links.length) { links[number - 1].click(); }
    if (event.key === "c") { document.querySelector("button.primary[data-copy]").click(); }
    if (event.key === "t") { theme.click(); }
    if (event.key === "f") { finding(1); }
    if (event.key === "F") { finding(-1); }
  });
})();
