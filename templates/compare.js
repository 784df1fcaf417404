(function () {
  var root = document.documentElement;
  root.classList.add("scripted");
  function by(id) { return document.getElementById(id); }
  document.querySelectorAll("button[data-copy]").forEach(function (button) {
    button.addEventListener("click", function () {
      var label = button.querySelector("span"), before = label.textContent, node = by(button.dataset.copy);
      function say(word) {
        label.textContent = word;
        button.setAttribute("aria-live", "polite");
        setTimeout(function () { label.textContent = before; }, 2000);
      }
      function refused() {
        var range = document.createRange();
        range.selectNodeContents(node);
        window.getSelection().removeAllRanges();
        window.getSelection().addRange(range);
        var done = false;
        try { done = document.execCommand("copy"); } catch (error) { done = false; }
        say(done ? "Copied ✓" : "Select the text below");
      }
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(node.textContent).then(function () { say("Copied ✓"); }, refused);
      } else { refused(); }
    });
  });
  var theme = by("theme"), themes = ["auto", "light", "dark"];
  theme.addEventListener("click", function () {
    var next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % 3];
    if (next === "auto") { delete root.dataset.theme; } else { root.dataset.theme = next; }
    theme.textContent = "Theme: " + next;
  });
  document.querySelectorAll("time[datetime]").forEach(function (node) {
    var moment = new Date(node.getAttribute("datetime"));
    if (isNaN(moment)) { return; }
    node.title = node.textContent;
    node.textContent = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  });
  var steps = by("steps");
  if (!steps) { return; }
  function show(only) {
    steps.classList.toggle("only-differences", only);
    by("all").setAttribute("aria-pressed", String(!only));
    by("differences").setAttribute("aria-pressed", String(only));
  }
  by("all").addEventListener("click", function () { show(false); });
  by("differences").addEventListener("click", function () { show(true); });
  by("swap").addEventListener("click", function () {
    steps.querySelectorAll(".good").forEach(function (cell) {
      var other = cell.nextElementSibling, before = cell.previousElementSibling;
      if (other && other.classList.contains("bad")) { cell.parentNode.insertBefore(other, cell); }
      else if (before && before.classList.contains("bad")) { cell.parentNode.insertBefore(cell, before); }
    });
  });
})();
