"use strict";
// Dropping, pasting, live bars, copying. Everything else works without this file. Text is set with textContent only.
document.body.classList.add("scripts");

const AT_ONCE = 3;
const TRIES = 60;
const UNDER_WAY = ["waits", "paused", "uploading", "reading"];
const WORDS = { fault: "Fault", "other-trouble": "Other trouble", "cannot-tell": "Cannot tell", healthy: "Healthy" };
const GLYPHS = { fault: "✕", "other-trouble": "!", "cannot-tell": "?", healthy: "✓", "not-read": "!", waiting: "·" };
const OWNERS = { api: "API team", frontend: "Frontend team", proxy: "Proxy team", "identity-provider": "Identity provider", browser: "Browser setting", capture: "Whoever records" };

function made(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function sized(bytes) {
  return bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

// One file from choice to verdict. States: waits, uploading, reading, done, refused, cancelled.
class Upload {
  constructor(file, queue) {
    this.file = file;
    this.queue = queue;
    this.state = "waits";
    this.tries = 0;
    this.row = made("li");
    this.glyph = made("span", "glyph", GLYPHS.waiting);
    this.glyph.setAttribute("aria-hidden", "true");
    const name = made("span", "name", file.name);
    this.small = made("small", "", sized(file.size));
    name.append(this.small);
    this.what = made("div", "what");
    this.button = made("button", "", "Cancel");
    this.button.type = "button";
    this.button.addEventListener("click", () => this.cancel());
    this.row.append(this.glyph, name, this.what, this.button);
    this.say("Waiting");
  }

  say(text, more) {
    this.what.replaceChildren(made("b", "", text));
    if (more) this.what.append(made("small", "", more));
    this.bars = null;
  }

  bar(number, text, share) {
    if (!this.bars) {
      const holder = made("div", "bars");
      this.bars = ["1 Upload", "2 Read"].map((title) => {
        const box = made("div"), line = made("span"), right = made("span"), bar = made("progress");
        bar.max = 1;
        bar.value = 0;
        bar.setAttribute("aria-label", `${title} of ${this.file.name}`);
        line.append(made("span", "", title), right);
        box.append(line, bar);
        holder.append(box);
        return { right, bar };
      });
      this.bars[1].right.textContent = "starts when it is here";
      this.what.replaceChildren(holder);
    }
    this.bars[number].right.textContent = text;
    this.bars[number].bar.value = share;
  }

  start() {
    this.state = "uploading";
    this.bar(0, "0 %", 0);
    const began = performance.now();
    const request = (this.request = new XMLHttpRequest());
    const ticket = encodeURIComponent(document.getElementById("ticket").value);
    request.open("PUT", `/api/v1/uploads/${encodeURIComponent(this.file.name || "pasted.har")}?ticket=${ticket}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      const share = event.total ? event.loaded / event.total : 0;
      const left = share > 0.02 ? ((performance.now() - began) / 1000) * (1 / share - 1) : 0;
      const rest = left >= 1 ? ` · ${Math.ceil(left)} s left` : "";
      this.bar(0, `${Math.round(share * 100)} % · ${sized(event.loaded)} of ${sized(event.total)}${rest}`, share);
    });
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.refuse("The server did not answer.", "Is it still running? Try again."));
    request.send(this.file);
  }

  answered(request) {
    let told = {};
    try { told = JSON.parse(request.responseText); } catch { /* not ours: the status says enough */ }
    if (request.status === 429 && this.tries++ < TRIES) {
      const wait = Number(request.getResponseHeader("Retry-After")) || 2;
      this.state = "paused";
      this.say(`Waiting: the server is busy. Next try in ${wait} s.`);
      this.timer = setTimeout(() => { this.state = "waits"; this.queue.next(); }, wait * 1000);
      this.queue.next();
    } else if (request.status === 401) {
      location.reload();
    } else if (request.status >= 300) {
      this.refuse(sentence(told.detail || `The server answered ${request.status}.`));
    } else {
      this.capture = told.id;
      this.state = "reading";
      this.bar(0, "Upload done", 1);
      this.queue.next();
      watch(told.id, (capture) => this.seen(capture));
    }
  }

  seen(capture) {
    if (this.state !== "reading") return;
    if (capture === null) {
      this.refuse("Deleted while it was read.");
    } else if (capture.state === "failed") {
      this.refuse(sentence(capture.reason), "Nothing of the file is kept.");
    } else if (capture.state === "done") {
      this.finish(capture);
    } else if (capture.progress) {
      const { step, share, ahead } = capture.progress;
      this.bar(1, ahead ? `waits for ${ahead} before it` : step, share);
    }
  }

  finish(capture) {
    this.state = "done";
    this.read = Boolean(capture.verdict);
    if (capture.verdict) {
      this.verdict = capture.verdict.state;
      const { state, headline, confidence, owner } = capture.verdict;
      this.glyph.className = `glyph ${state}`;
      this.glyph.textContent = GLYPHS[state];
      this.say(`${WORDS[state]}: ${headline}`, [confidence, OWNERS[owner]].filter(Boolean).join(" · "));
      this.small.textContent = `${sized(this.file.size)} · ${capture.exchanges} exchanges`;
    } else {
      this.glyph.textContent = "✓";
      this.say(`${capture.parts.length} recordings were read.`);
    }
    const open = made("a", "button", "Open report");
    open.href = capture.page;
    this.button.replaceWith(open);
    this.queue.ended(this, capture);
  }

  // The button offers the way on: a command to copy where there is one, else the choice of another file.
  refuse(text, more, command) {
    this.state = "refused";
    this.glyph.className = "glyph not-read";
    this.glyph.textContent = GLYPHS["not-read"];
    this.say(text, more);
    const button = made("button", "", command ? "Copy" : "Try another");
    button.type = "button";
    if (command) {
      this.what.querySelector("small").append(" ", made("code", "", command));
      button.addEventListener("click", () => copy(button, command, this.what.querySelector("code")));
    } else {
      button.addEventListener("click", () => document.getElementById("files").click());
    }
    this.button.replaceWith(button);
    this.button = button;
    this.queue.ended(this, null);
  }

  cancel() {
    clearTimeout(this.timer);
    if (this.state === "uploading") this.request.abort();
    if (this.state === "reading") fetch(`/api/v1/captures/${this.capture}`, { method: "DELETE" });
    this.state = "cancelled";
    this.say("Cancelled. Nothing of the file is kept.");
    this.button.hidden = true;
    this.queue.ended(this, null);
  }
}

// A file name as one word of a shell, also where it begins like an option.
function quoted(name) {
  const path = name.startsWith("-") ? `./${name}` : name;
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

// Copy, and say so on the button; where the clipboard is refused, select what stands on the page.
async function copy(button, text, shown) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied ✓";
  } catch {
    if (shown && shown.select) shown.select();
    else if (shown) getSelection().selectAllChildren(shown);
    button.textContent = "Press Ctrl-C";
  }
  setTimeout(() => { button.textContent = before; }, 2000);
}

function sentence(text) {
  return text ? text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".") : "";
}

// A section of this page as the server would show it now; a reader who is busy in the old one keeps it.
function refill(id, before) {
  const request = new XMLHttpRequest();
  request.open("GET", location.pathname + location.search);
  request.responseType = "document";
  request.addEventListener("load", () => {
    const old = document.getElementById(id), made = request.status === 200 && request.response.getElementById(id);
    if (!made || (old && (old.contains(document.activeElement) || old.querySelector("details[open]")))) return;
    const shown = document.importNode(made, true);
    if (old) old.replaceWith(shown); else before.after(shown);
    showTimes(shown);
  });
  request.send();
}

// Times in the reader's zone, on the pointer.
function showTimes(within) {
  for (const time of within.querySelectorAll("time")) {
    const date = new Date(time.dateTime);
    if (!Number.isNaN(date.getTime())) time.title = date.toLocaleString();
  }
}

// The state of a capture, live; null when it is gone.
function watch(id, seen) {
  const source = new EventSource(`/api/v1/captures/${id}/events`);
  source.addEventListener("state", (event) => {
    const capture = JSON.parse(event.data);
    seen(capture);
    if (capture.state === "done" || capture.state === "failed") source.close();
  });
  source.addEventListener("gone", () => { source.close(); seen(null); });
}

class Queue {
  constructor(form) {
    this.form = form;
    this.uploads = [];
    this.section = document.getElementById("uploads");
    this.list = this.section.querySelector("ul");
    this.title = document.getElementById("uploads-title");
    this.rest = document.getElementById("cancel-rest");
    this.rest.addEventListener("click", () => {
      for (const upload of this.uploads) if (UNDER_WAY.includes(upload.state)) upload.cancel();
    });
    this.pair = document.getElementById("compare-these");
    this.pair.addEventListener("click", () => this.compare());
  }

  // Both files once more: the server has deleted them. The page of their comparison is where the answer leads.
  async compare() {
    const [first, second] = this.uploads.filter((one) => one.read);
    const [good, bad] = second.verdict === "healthy" && first.verdict !== "healthy" ? [second, first] : [first, second];
    const body = new FormData();
    body.append("good", good.file);
    body.append("bad", bad.file);
    this.pair.disabled = true;
    this.pair.textContent = "Comparing …";
    try {
      const answer = await fetch("/compare", { method: "POST", body });
      if (answer.redirected) { location.href = answer.url; return; }
    } catch { /* told below */ }
    this.pair.disabled = false;
    this.pair.textContent = "Not compared; try again";
  }

  add(files) {
    const limit = Number(this.form.dataset.limit);
    if (!files.length) return;
    this.form.classList.add("small");
    this.form.parentElement.classList.add("small");
    this.form.querySelector(".ask-for label").textContent = "Drop more recordings here";
    this.section.hidden = false;
    for (const file of files) {
      const upload = new Upload(file, this);
      this.uploads.push(upload);
      this.list.append(upload.row);
      if (file.size > limit * 1048576) {
        upload.refuse(`Too large: ${sized(file.size)}, and ${limit} MB is the limit here.`, "Read it on your own computer instead:", `haranalyze analyze ${quoted(file.name)} --open`);
      } else if (!file.size) {
        upload.refuse("The file is empty.", "Export the recording again.");
      }
    }
    this.next();
  }

  next() {
    for (const upload of this.uploads) {
      if (this.count("uploading") >= AT_ONCE) break;
      if (upload.state === "waits") upload.start();
    }
    this.tell();
  }

  count(...states) { return this.uploads.filter((one) => states.includes(one.state)).length; }

  tell() {
    const total = this.uploads.length;
    const parts = [[this.count("done"), "done"], [this.count("reading"), "being read"], [this.count("uploading"), "uploading"], [this.count("waits", "paused"), "waiting"], [this.count("refused"), "could not be read"], [this.count("cancelled"), "cancelled"]];
    const words = parts.filter(([count]) => count).map(([count, word]) => `${count} ${word}`);
    const text = `${total} file${total === 1 ? "" : "s"}: ${words.join(", ")}`;
    if (this.title.textContent !== text) this.title.textContent = text;
    this.rest.hidden = this.count(...UNDER_WAY) < 2;
    this.pair.hidden = this.count(...UNDER_WAY) > 0 || this.uploads.filter((one) => one.read).length !== 2;
  }

  ended(upload, capture) {
    this.next();
    if (!this.count(...UNDER_WAY) && this.count("done")) refill("recent", document.getElementById("report-place"));
    if (!capture || !capture.verdict || this.uploads.length !== 1) return;
    const place = document.getElementById("report-place"), frame = made("iframe", "report");
    frame.title = "The report";
    frame.setAttribute("sandbox", "allow-scripts allow-downloads allow-modals allow-popups allow-popups-to-escape-sandbox");
    frame.setAttribute("allow", "clipboard-write");
    frame.src = `${capture.page}/report`;
    place.replaceChildren(frame);
    place.hidden = false;
  }
}

function receive(form) {
  const queue = new Queue(form), input = document.getElementById("files");
  input.required = false;
  input.addEventListener("change", () => { queue.add([...input.files]); input.value = ""; });
  form.addEventListener("submit", (event) => { event.preventDefault(); queue.add([...input.files]); });
  let depth = 0;
  const holds = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  window.addEventListener("dragenter", (event) => { if (holds(event)) { depth += 1; form.classList.add("over"); } });
  window.addEventListener("dragleave", () => { depth = Math.max(0, depth - 1); if (!depth) form.classList.remove("over"); });
  window.addEventListener("dragover", (event) => { if (holds(event)) event.preventDefault(); });
  window.addEventListener("drop", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    depth = 0;
    form.classList.remove("over");
    queue.add([...event.dataTransfer.files]);
  });
  window.addEventListener("paste", (event) => {
    if (event.target.closest && event.target.closest("input")) return;
    const files = [...event.clipboardData.files], text = event.clipboardData.getData("text");
    if (files.length) queue.add(files);
    else if (text.trim().startsWith("{")) queue.add([new File([text], "pasted.har", { type: "application/json" })]);
  });
}

const form = document.getElementById("drop");
if (form) receive(form);

const waits = document.getElementById("waits");
if (waits) {
  watch(waits.dataset.capture, (capture) => {
    if (!capture || capture.state === "done" || capture.state === "failed") { location.reload(); return; }
    const { step, share, ahead } = capture.progress;
    waits.querySelector("[role=status]").textContent = ahead ? `Waiting: ${ahead} before it.` : sentence(step);
    waits.querySelector("progress").value = share;
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-asks]");
  if (button && !confirm(button.dataset.asks)) event.preventDefault();
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await copy(button, field.value, field);
  });
}

showTimes(document);

document.addEventListener("keydown", (event) => {
  const search = document.getElementById("q");
  if (event.key === "/" && search && !event.target.closest("input, textarea")) { event.preventDefault(); search.focus(); }
});
