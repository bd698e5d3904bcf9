"use strict";
(() => {
  const one = (id) => document.getElementById(id);
  const table = one("board"), body = table.tBodies[0], rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells], names = heads.map((head) => head.dataset.c);
  const start = { s: "", d: "-", q: "", st: "", h: "", a: "", b: "" };
  let state = { ...start };
  document.documentElement.classList.add("js");

  const keys = rows.map((row) => [...row.cells].map((cell, at) => {
    if (!at) return cell.textContent.trim().toLowerCase();
    const value = parseFloat(cell.textContent);
    return Number.isNaN(value) ? -Infinity : value;
  }));

  function sort() {
    const at = names.indexOf(state.s), way = state.d === "+" ? 1 : -1;
    const order = rows.map((_, row) => row);
    if (at >= 0) order.sort((x, y) => way * (keys[x][at] > keys[y][at] ? 1 : keys[x][at] < keys[y][at] ? -1 : 0) || x - y);
    body.append(...order.map((row) => rows[row]));
    heads.forEach((head, place) => {
      if (place === at) head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
  }

  function filter() {
    const text = state.q.toLowerCase();
    let shown = 0;
    rows.forEach((row, place) => {
      row.hidden = !keys[place][0].includes(text) || (state.st !== "" && row.dataset.s !== state.st);
      shown += !row.hidden;
    });
    one("shown").textContent = `${shown} of ${rows.length} shown`;
  }

  function columns() {
    const away = new Set(state.h.split(" "));
    names.forEach((name, at) => {
      for (const part of table.rows) if (part.cells[at]) part.cells[at].hidden = away.has(name);
    });
    document.querySelectorAll("#columns input").forEach((box) => { box.checked = !away.has(box.value); });
  }

  function cell(kind, text, scope) {
    const made = document.createElement(kind);
    made.textContent = text;
    if (scope) made.scope = scope;
    return made;
  }

  function compare() {
    const [first, second] = [state.a, state.b].map((name) => rows.find((row) => row.id === name));
    const target = one("compared");
    target.replaceChildren();
    if (!first || !second) return;
    const made = document.createElement("table");
    made.append(cell("caption", "Scores of the two models, and whether they share a tie group"));
    const top = made.createTHead().insertRow();
    const titles = ["", first.dataset.n, second.dataset.n, "difference of these", "share a tie group"];
    titles.forEach((text) => top.append(text ? cell("th", text, "col") : cell("td", "")));
    const rest = made.createTBody();
    heads.forEach((head, at) => {
      if (at < 2) return;
      const pair = [first.cells[at], second.cells[at]], values = pair.map((each) => parseFloat(each.textContent));
      const line = rest.insertRow();
      line.append(cell("th", head.dataset.t, "row"));
      values.forEach((value) => line.append(cell("td", Number.isNaN(value) ? "–" : value.toFixed(3))));
      const known = !values.some(Number.isNaN);
      line.append(cell("td", known ? (values[0] - values[1]).toFixed(3) : "–"));
      const groups = pair.map((each) => /tie (\d+)(?:–(\d+))?/.exec(each.textContent) || []);
      const [from, to] = groups.map((found) => [+found[1], +(found[2] || found[1])]);
      const tied = from[0] <= to[1] && to[0] <= from[1];
      line.append(cell("td", known ? (tied ? "yes" : "no") : "–"));
    });
    target.append(made);
  }

  let drawn = {};
  const changed = (...fields) => fields.some((field) => drawn[field] !== state[field]);

  function show() {
    if (changed("s", "d")) sort();
    if (changed("q", "st")) filter();
    if (changed("h")) columns();
    if (changed("a", "b")) compare();
    drawn = { ...state };
    one("q").value = state.q; one("st").value = state.st; one("a").value = state.a; one("b").value = state.b;
  }

  function set(change) {
    state = { ...state, ...change };
    const kept = new URLSearchParams(Object.entries(state).filter(([key, value]) => value !== start[key]));
    history.replaceState(null, "", kept.size ? "#" + kept : location.pathname + location.search);
    show();
  }

  function read() {
    const place = location.hash.slice(1);
    if (one(place)) return show();
    const given = new URLSearchParams(place);
    state = { ...start };
    for (const key of Object.keys(start)) if (given.has(key)) state[key] = given.get(key);
    show();
  }

  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const again = state.s === names[at];
      set({ s: names[at], d: again ? (state.d === "-" ? "+" : "-") : at ? "-" : "+" });
    });
  });
  one("q").addEventListener("input", (event) => set({ q: event.target.value }));
  one("st").addEventListener("change", (event) => set({ st: event.target.value }));
  one("a").addEventListener("change", (event) => set({ a: event.target.value }));
  one("b").addEventListener("change", (event) => set({ b: event.target.value }));
  one("columns").addEventListener("change", () => {
    const away = [...document.querySelectorAll("#columns input")].filter((box) => !box.checked);
    set({ h: away.map((box) => box.value).join(" ") });
  });
  addEventListener("hashchange", read);
  read();
})();
