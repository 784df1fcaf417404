"use strict";
(function () {
  var root = document.documentElement;
  root.classList.add("scripted");
  function say(button, word) {
    var before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = word;
    setTimeout(function () { button.textContent = before; }, 2000);
  }
  function select(node) {
    var range = document.createRange();
    range.selectNodeContents(node);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }
  function copy(button) {
    var node = document.getElementById(button.dataset.copy);
    if (!node) { return; }
    var text = node.textContent;
    function refused() {
      select(node);
      var done = false;
      try { done = document.execCommand("copy"); } catch (error) { done = false; }
      say(button, done ? "Copied ✓" : "Select the text below");
    }
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(function () { say(button, "Copied ✓"); }, refused);
    } else { refused(); }
  }
  document.querySelectorAll("button[data-copy]").forEach(function (button) {
    button.addEventListener("click", function () { copy(button); });
  });
  var theme = document.getElementById("theme");
  var themes = ["auto", "light", "dark"];
  if (theme) {
    theme.addEventListener("click", function () {
      var next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % 3];
      if (next === "auto") { delete root.dataset.theme; } else { root.dataset.theme = next; }
      theme.textContent = "Theme: " + next;
    });
  }
  document.querySelectorAll("time[datetime]").forEach(function (node) {
    var moment = new Date(node.getAttribute("datetime"));
    if (!isNaN(moment)) { node.title = node.textContent; node.textContent = moment.toLocaleString() + " your time"; }
  });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) { return; }
    var links = document.querySelectorAll("nav.sections a");
    var number = parseInt(event.key, 10);
    if (number >= 1 && number <= links.length) { links[number - 1].click(); }
    if (event.key === "c") { var first = document.querySelector("button.primary[data-copy]"); if (first) { first.click(); } }
    if (event.key === "t" && theme) { theme.click(); }
  });
})();
