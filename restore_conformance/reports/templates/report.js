"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const form = get("filter"), search = get("search"), verdict = get("verdict"), level = get("level"), keys = get("keys");
  const items = [...document.querySelectorAll("[data-verdict]")].map((node) => ({ node, text: null }));
  const groups = [...document.querySelectorAll("[data-group]")];
  const rows = items.filter((item) => item.node.tagName === "TR").length;

  const textOf = (item) => (item.text ??= item.node.textContent.toLowerCase() + " " + item.node.id.toLowerCase());

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const { node } = item;
      const fits = (!verdict.value || node.dataset.verdict === verdict.value)
        && (!level.value || node.dataset.level === level.value)
        && words.every((word) => textOf(item).includes(word));
      node.hidden = !fits;
      if (fits && node.tagName === "TR") shown += 1;
    }
    const active = !!(verdict.value || level.value || words.length);
    for (const group of groups) {
      group.hidden = !group.querySelector("[data-verdict]:not([hidden])");
      if (group.tagName !== "DETAILS") continue;
      if (active) { group.dataset.was ??= group.open ? "open" : "folded"; group.open = true; }
      else if (group.dataset.was) { group.open = group.dataset.was === "open"; delete group.dataset.was; }
    }
    get("matched").value = shown === rows ? `${rows} clauses` : `${shown} of ${rows} clauses`;
    const none = get("no-findings-shown");
    if (none) none.hidden = !!document.querySelector(".finding:not([hidden])");
  }

  function reset() {
    search.value = verdict.value = level.value = "";
    apply();
  }

  let current = -1;
  function mark(node, move) {
    for (const old of document.querySelectorAll(".current")) old.classList.remove("current");
    node.classList.add("current");
    if (!move) return;
    for (let up = node.parentElement; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    const goal = node.querySelector("summary, a") || node;
    goal.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const shown = items.map((item) => item.node).filter((node) => !node.hidden);
    if (!shown.length) return;
    const at = shown.indexOf(document.querySelector(".current"));
    current = at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + by, 0), shown.length - 1);
    mark(shown[current], true);
  }

  // A link to a clause works whatever is filtered and folded.
  function follow() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { return; }
    const node = id && get(id);
    if (!node) return;
    if (node.closest("[hidden]")) reset();
    for (let up = node; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    const own = node.matches("tr") && node.querySelector("details");
    if (own) own.open = true;
    if (node.dataset.verdict) mark(node, false);
    node.scrollIntoView();
  }

  function copy(button) {
    const pre = get(button.dataset.copies);
    const done = () => {
      get("said").textContent = "Copied.";
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; get("said").textContent = ""; }, 1500);
    };
    const choose = () => {
      getSelection().selectAllChildren(pre);
      if (document.execCommand("copy")) done();
    };
    if (navigator.clipboard) navigator.clipboard.writeText(pre.textContent).then(done, choose);
    else choose();
  }

  // What is marked in a long body is in view from the start.
  const centre = (within) => {
    for (const pre of within.querySelectorAll("pre")) {
      const marked = pre.querySelector("mark");
      if (marked) pre.scrollTop += marked.getBoundingClientRect().top - pre.getBoundingClientRect().top - pre.clientHeight / 2;
    }
  };
  centre(document);
  for (const node of document.querySelectorAll(".finding")) node.addEventListener("toggle", () => centre(node), { once: true });
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
    if (event.key === "Escape") {
      reset();
      if (typing) event.target.blur();
    } else if (typing || !keys.checked) {
      return;
    } else if (event.key === "/") {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      step(event.key === "j" ? 1 : -1);
    }
  });
  addEventListener("beforeprint", () => {
    // Of every cause the finding that shows it best; what else is folded stays so, or nobody would print it.
    for (const node of document.querySelectorAll(".cause > .finding:not(.finding ~ .finding):not([open])")) { node.open = true; node.dataset.folded = ""; }
  });
  addEventListener("afterprint", () => {
    for (const node of document.querySelectorAll("details[data-folded]")) { node.open = false; delete node.dataset.folded; }
  });
  apply();
  follow();
})();
