// Run in the page for each step of a test. One function, so that it leaves
// nothing behind in the page.
(frame, act, what, value) => {
  const outer = frame ? document.querySelector(frame) : null;
  if (frame && !(outer && outer.contentDocument)) return { why: "there is no frame " + frame };
  const doc = outer ? outer.contentDocument : document;
  const win = doc.defaultView;
  const tidy = (s) => (s || "").replace(/\s+/g, " ").trim();
  const visible = (el) =>
    el.getClientRects().length > 0 && win.getComputedStyle(el).visibility !== "hidden";
  const selector = /^[#.\[]/.test(what);

  // named returns the visible elements whose name is what, or else those whose
  // name contains it.
  const named = (all, names) => {
    const seen = all.filter(visible);
    const exact = seen.filter((el) => names(el).some((n) => tidy(n) === what));
    return exact.length ? exact : seen.filter((el) => names(el).some((n) => tidy(n).includes(what)));
  };

  const pressable = () => {
    if (selector) return [...doc.querySelectorAll(what)].filter(visible);
    const all = [...doc.querySelectorAll(
      "button, a[href], summary, label, input[type=submit], input[type=button], [role=button], [role=tab], [role=link], [role=radio]")];
    return named(all, (el) => [el.getAttribute("aria-label"), el.innerText, el.tagName === "INPUT" ? el.value : ""]);
  };

  const fields = () => {
    if (selector) return [...doc.querySelectorAll(what)];
    const all = [...doc.querySelectorAll("input:not([type=hidden]), textarea, select")];
    const byName = all.filter((el) => el.name === what || el.id === what);
    return byName.length ? byName : named(all, (el) =>
      [...(el.labels || [])].map((l) => l.innerText).concat(el.getAttribute("aria-label"), el.placeholder));
  };

  // place scrolls an element into view and returns its middle, in pixels of
  // the outer page, or why a finger cannot reach it.
  const place = (el) => {
    if (el.matches(":disabled") || el.getAttribute("aria-disabled") === "true") return { why: "it is disabled" };
    el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = el.getClientRects()[0];
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    const top = doc.elementFromPoint(x, y);
    if (!top) return { why: "it is outside the screen" };
    if (!el.contains(top) && !top.contains(el) && ![...(el.labels || [])].some((l) => l.contains(top)))
      return { why: "it is covered by " + top.outerHTML.slice(0, 120) };
    if (!outer) return { ok: true, x, y };
    const out = outer.getBoundingClientRect();
    const scale = out.width / outer.offsetWidth || 1;
    return { ok: true, x: out.x + (outer.clientLeft + x) * scale, y: out.y + (outer.clientTop + y) * scale };
  };

  const fill = (el) => {
    if (el.matches(":disabled") || el.readOnly) return { why: "it is disabled" };
    if (el.tagName === "SELECT") {
      const option = [...el.options].find((o) => o.value === value) || [...el.options].find((o) => tidy(o.text) === value);
      if (!option) return { why: "it has no choice " + value };
      el.value = option.value;
    } else if (/^(date|time|datetime-local|month|color|range)$/.test(el.type)) {
      el.value = value;
    } else {
      el.focus();
      if (el.select) el.select();
      return { ok: true, type: true };
    }
    el.dispatchEvent(new win.Event("input", { bubbles: true }));
    el.dispatchEvent(new win.Event("change", { bubbles: true }));
    return { ok: true };
  };

  switch (act) {
    case "text":
      return { ok: true, text: doc.body ? doc.body.innerText : "" };
    case "press": {
      const el = pressable()[0];
      return el ? place(el) : { why: "it is not there" };
    }
    case "fill": {
      const el = fields()[0];
      return el ? fill(el) : { why: "it is not there" };
    }
    case "value": {
      const el = fields()[0];
      return el ? { ok: true, text: el.value } : { why: "it is not there" };
    }
    case "count":
      return { ok: true, count: [...doc.querySelectorAll(what)].filter(visible).length };
  }
}
