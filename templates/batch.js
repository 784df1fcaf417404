"use strict";
(() => {
  const root = document.documentElement, data = JSON.parse(document.getElementById("data").textContent);
  const byId = id => document.getElementById(id);
  document.body.classList.add("scripts");
  byId("print").addEventListener("click", () => window.print());
  const themes = ["auto", "light", "dark"];
  byId("theme").addEventListener("click", event => {
    const next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % 3];
    if (next === "auto") delete root.dataset.theme; else root.dataset.theme = next;
    event.currentTarget.textContent = "Theme: " + next;
  });
  for (const button of document.querySelectorAll("[data-copy]")) {
    const words = button.querySelector("span"), before = words.textContent;
    button.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(byId(button.dataset.copy).textContent); words.textContent = "Copied"; }
      catch { byId(button.dataset.copy).closest("details").open = true; getSelection().selectAllChildren(byId(button.dataset.copy)); words.textContent = "Select the text below"; }
      setTimeout(() => { words.textContent = before; }, 2000);
    });
  }
  const made = (name, text, attributes) => {
    const one = document.createElement(name);
    if (text !== undefined) one.textContent = text;
    for (const [key, value] of Object.entries(attributes || {})) one.setAttribute(key, value);
    return one;
  };
  const many = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  const PAGE = 50, pips = { certain: "■■■", likely: "■■□", possible: "■□□" };
  document.addEventListener("keydown", event => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) { byId("search").focus(); event.preventDefault(); }
    if (event.key === "Escape" && document.activeElement === byId("search")) { byId("search").value = ""; byId("search").dispatchEvent(new Event("input")); byId("search").blur(); }
  });
  function pager(rows, line, body, base) {
    let start = 0;
    const show = () => {
      body.replaceChildren(...rows.slice(start, start + PAGE).map(line));
      byId("found-range").textContent = rows.length ? `${start + 1} – ${Math.min(start + PAGE, rows.length)} of ${rows.length}` : "none";
      byId("found-before").disabled = start === 0;
      byId("found-after").disabled = start + PAGE >= rows.length;
    };
    byId("found-before").onclick = () => { start = Math.max(0, start - PAGE); show(); };
    byId("found-after").onclick = () => { start += PAGE; show(); };
    show();
  }
  const reports = (cell, listed) => {
    listed.forEach((report, index) => {
      const link = made("a", listed.length > 1 ? `Report ${index + 1}` : "Report", { href: data.root + report });
      cell.append(link, " ");
    });
    return cell;
  };

  if (byId("rows")) {  // the page of one group
    const body = byId("rows"), text = data.rows.map(row => [row.ticket, row.customer, row.hosts, row.browser].join("\n").toLowerCase());
    const line = row => {
      const made_row = made("tr"), ticket = made("td");
      ticket.append(made("bdi", row.ticket)); made_row.append(ticket);
      if (body.dataset.customers) { const cell = made("td"); cell.append(made("bdi", row.customer)); made_row.append(cell); }
      made_row.append(made("td", row.hosts, { class: "hosts" }), made("td", row.browser));
      if (body.dataset.kind === "group") {
        const cell = made("td", undefined, { class: "nowrap" });
        cell.append(made("span", pips[row.confidence] || "", { class: "pips", "aria-hidden": "true" }), " " + row.confidence);
        made_row.append(cell);
      } else made_row.append(made("td", row.said));
      made_row.append(made("td", row.recorded, { class: "nowrap" }), reports(made("td"), row.reports));
      return made_row;
    };
    const show = () => {
      const want = byId("search").value.trim().toLowerCase();
      const rows = want ? data.rows.filter((_, index) => text[index].includes(want)) : data.rows;
      byId("found-count").textContent = want ? `${rows.length} match` : "";
      pager(rows, line, body);
    };
    byId("search").addEventListener("input", show);
    show();
    return;
  }

  // The index: every ticket is one number in each column; a filter counts anew.
  const tickets = data.tickets.length, groups = [...document.querySelectorAll("#causes tr")];
  const chosen = new Map(data.facets.map(facet => [facet.id, new Set()]));
  let order = "tickets", all = false;
  const values = (facet, ticket) => { const at = facet.index[ticket]; return Array.isArray(at) ? at : at < 0 ? [] : [at]; };
  const read = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const facet of data.facets) {
      chosen.get(facet.id).clear();
      for (const value of wanted.getAll(facet.id)) { const at = facet.values.indexOf(value); if (at >= 0) chosen.get(facet.id).add(at); }
    }
    byId("search").value = wanted.get("q") || "";
    order = wanted.get("order") || "tickets";
    show();
  };
  const write = () => {
    const wanted = new URLSearchParams();
    for (const facet of data.facets) for (const at of chosen.get(facet.id)) wanted.append(facet.id, facet.values[at]);
    if (byId("search").value.trim()) wanted.set("q", byId("search").value.trim());
    if (order !== "tickets") wanted.set("order", order);
    history.replaceState(null, "", "#" + wanted);
    show();
  };
  const names = groups.map(row => row.querySelector(".headline").textContent.toLowerCase());
  const text = data.tickets.map(ticket => ticket.toLowerCase());
  const fits = (ticket, without, want) => {
    if (want && !text[ticket].includes(want) && !(data.group[ticket] >= 0 && names[data.group[ticket]].includes(want))) return false;
    for (const facet of data.facets) {
      const set = chosen.get(facet.id);
      if (facet.id !== without && set.size && !values(facet, ticket).some(at => set.has(at))) return false;
    }
    return true;
  };
  const opened = new Set();
  function facets(want) {
    const place = byId("facets"), focused = document.activeElement && document.activeElement.dataset.at;
    place.replaceChildren(...data.facets.filter(facet => facet.values.length > 1 || chosen.get(facet.id).size).map(facet => {
      const counts = new Array(facet.values.length).fill(0), set = chosen.get(facet.id);
      for (let ticket = 0; ticket < tickets; ticket++) if (fits(ticket, facet.id, want)) for (const at of values(facet, ticket)) counts[at]++;
      const box = made("fieldset"), legend = made("legend", facet.name);
      if (facet.from) legend.append(made("span", " from your manifest"));
      box.append(legend);
      const listed = [...counts.keys()].sort((a, b) => set.has(b) - set.has(a) || counts[b] - counts[a] || a - b);
      const shown = opened.has(facet.id) ? listed.slice(0, 200) : listed.slice(0, Math.max(5, set.size));
      for (const at of shown) {
        const label = made("label"), input = made("input", undefined, { type: "checkbox", "data-at": `${facet.id} ${at}` });
        input.checked = set.has(at);
        input.addEventListener("change", () => { if (input.checked) set.add(at); else set.delete(at); write(); });
        label.append(input, made("span", facet.words ? facet.words[at] : facet.values[at], { title: facet.values[at] }), made("output", counts[at]));
        box.append(label);
      }
      if (listed.length > shown.length && !opened.has(facet.id)) {
        const more = made("button", `${listed.length - shown.length} more`, { type: "button", class: "as-link", "data-at": facet.id });
        more.addEventListener("click", () => { opened.add(facet.id); show(); });
        box.append(more);
      }
      return box;
    }));
    if (focused) { const again = place.querySelector(`[data-at="${CSS.escape(focused)}"]`); if (again) again.focus(); }
  }
  function chips() {
    byId("chips").replaceChildren(...data.facets.flatMap(facet => [...chosen.get(facet.id)].map(at => {
      const words = facet.words ? facet.words[at] : facet.values[at], chip = made("button", `${words} ×`, { type: "button", "aria-label": `Remove the filter ${facet.name}: ${words}` });
      chip.addEventListener("click", () => { chosen.get(facet.id).delete(at); write(); });
      return chip;
    })));
  }
  function bars(row, days, rises) {
    const svg = row.querySelector("svg.days"), top = Math.max(6, ...days);
    for (const old of [...svg.querySelectorAll("rect")]) old.remove();
    days.forEach((count, at) => {
      if (!count) return;
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect"), height = 22 * count / top;
      for (const [name, value] of [["x", at * 8], ["y", 23 - height], ["width", 6], ["height", height]]) bar.setAttribute(name, value);
      if (rises && at >= days.length - 3) bar.setAttribute("class", "late");
      svg.append(bar);
    });
    svg.setAttribute("aria-label", "Tickets a day, the last day last: " + days.join(", "));
  }
  const state = data.facets.find(facet => facet.id === "state"), browser = data.facets.find(facet => facet.id === "browser");
  function show() {
    const want = byId("search").value.trim().toLowerCase(), filtered = want || [...chosen.values()].some(set => set.size);
    const counts = new Array(groups.length).fill(0), last = new Array(groups.length).fill(0), customers = groups.map(() => new Set());
    const days = groups.map(() => new Array(data.days).fill(0)), found = [];
    for (let ticket = 0; ticket < tickets; ticket++) {
      if (!fits(ticket, "", want)) continue;
      found.push(ticket);
      const group = data.group[ticket], day = data.day[ticket];
      if (group < 0) continue;
      counts[group]++;
      if (day >= 0) { last[group] = Math.max(last[group], day); if (day > data.last - data.days) days[group][day - data.last + data.days - 1]++; }
      if (data.customer.length && data.customer[ticket] >= 0) customers[group].add(data.customer[ticket]);
    }
    const sorted = [...groups.keys()].sort((a, b) => (order === "rise" ? data.rises[b] - data.rises[a] : order === "newest" ? last[b] - last[a] : 0) || counts[b] - counts[a] || a - b);
    const most = Math.max(1, ...counts), body = byId("causes"), seen = sorted.filter(at => counts[at]);
    for (const at of sorted) {
      const row = groups[at];
      row.hidden = !counts[at] || (!all && seen.indexOf(at) >= PAGE);
      row.querySelector(".number b").textContent = counts[at];
      row.querySelector(".part").setAttribute("width", 100 * counts[at] / most);
      if (data.customer.length) row.querySelector("td.customers").textContent = customers[at].size;
      bars(row, days[at], data.rises[at]);
      if (body) body.append(row);
    }
    const total = seen.reduce((sum, at) => sum + counts[at], 0);
    byId("causes-count").textContent = `${filtered ? seen.length + " of " + groups.length : seen.length}, with ${many(total, "ticket")}`;
    if (body) {
      const hidden = all ? 0 : Math.max(0, seen.length - PAGE);
      byId("more-count").textContent = hidden ? `${many(hidden, "more cause")}` : "";
      byId("show-all").hidden = !hidden;
      byId("none").hidden = seen.length > 0;
    }
    for (const button of document.querySelectorAll("[data-order]")) button.setAttribute("aria-pressed", button.dataset.order === order);
    facets(want); chips();
    byId("found").hidden = !filtered;
    if (filtered) {
      byId("found-count").textContent = many(found.length, "ticket");
      pager(found, ticket => {
        const row = made("tr"), name = made("td"), group = data.group[ticket], cell = made("td"), at = values(browser, ticket)[0];
        name.append(data.report[ticket] ? made("a", data.tickets[ticket], { href: data.report[ticket] }) : made("bdi", data.tickets[ticket]));
        if (group >= 0) { const link = groups[group].querySelector(".headline a"); cell.append(made("a", link.textContent, { href: link.getAttribute("href") })); }
        row.append(name, made("td", state.words[values(state, ticket)[0]]), cell, made("td", at === undefined ? "" : browser.values[at]), made("td", data.day[ticket] >= 0 ? new Date(data.day[ticket] * 864e5).toISOString().slice(0, 10) : ""));
        return row;
      }, byId("found-rows"));
    }
  }
  byId("search").addEventListener("input", write);
  byId("show-filters").addEventListener("click", event => {
    const open = document.querySelector(".facets").classList.toggle("open");
    event.currentTarget.setAttribute("aria-expanded", open);
  });
  for (const button of document.querySelectorAll("[data-order]")) button.addEventListener("click", () => { order = button.dataset.order; write(); });
  if (byId("show-all")) byId("show-all").addEventListener("click", () => { all = true; show(); });
  if (byId("clear")) byId("clear").addEventListener("click", () => { for (const set of chosen.values()) set.clear(); byId("search").value = ""; write(); });
  addEventListener("hashchange", read);
  read();
})();
