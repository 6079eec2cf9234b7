// Keys, pages swapped in place, the next case fetched ahead, photos enlarged. Every page works without this file.
"use strict";

const ahead = new Map();      // address -> promise of the HTML of a page fetched before it is asked for
const AHEAD_MOST = 3;
const main = () => document.getElementById("main");
const formToken = () => document.body.dataset.formToken;

function announce(text) {
  document.getElementById("announcer").textContent = text;
}

// --- pages swapped in place -------------------------------------------------------------------------------------

function show(html, address, { push = true } = {}) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.getElementById("main");
  if (!fresh) { window.location.assign(address); return; }
  document.title = page.title;
  document.body.dataset.formToken = page.body.dataset.formToken || "";
  document.querySelector(".top").replaceWith(page.querySelector(".top"));
  main().replaceWith(fresh);
  if (push) history.pushState({ swapped: true }, "", address);
  window.scrollTo(0, 0);
  fresh.focus({ preventScroll: true });
  announce(page.title);
  prepare();
}

async function go(address, { push = true } = {}) {
  const waiting = ahead.get(address);
  ahead.delete(address);
  const html = waiting ? await waiting : null;
  if (html) {
    show(html, address, { push });
    const shown = main().querySelector("[data-case]");
    if (shown) fetch(`/cases/${shown.dataset.case}/shown`, { method: "POST", headers: { "X-Form-Token": formToken() } });
    return;
  }
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  show(await response.text(), response.redirected ? response.url : address, { push });
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const address = button?.getAttribute("formaction") || form.getAttribute("action");
  form.querySelectorAll("button").forEach((one) => { one.disabled = true; });
  const response = await fetch(address, { method: "POST", body });
  ahead.clear();
  show(await response.text(), response.redirected ? response.url : window.location.href, { push: response.redirected });
}

function fetchAhead(address) {
  if (ahead.has(address) || ahead.size >= AHEAD_MOST) return;
  const page = fetch(address, { headers: { "X-Ahead": "1" } })
    .then((response) => (response.ok && !response.redirected ? response.text() : null))
    .catch(() => null);
  ahead.set(address, page);
}

// --- the queue ---------------------------------------------------------------------------------------------------

const rows = () => [...main().querySelectorAll("[data-row]")];

function move(step) {
  const all = rows();
  const here = all.findIndex((row) => row.classList.contains("here"));
  const next = all[Math.min(Math.max(here + step, 0), all.length - 1)];
  all[here]?.classList.remove("here");
  if (next) {
    next.classList.add("here");
    next.querySelector("a").focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

// --- photos ------------------------------------------------------------------------------------------------------

function zoom(button) {
  const dialog = document.getElementById("zoom");
  const copy = button.cloneNode(true);
  const picture = copy.querySelector("img");
  copy.removeAttribute("data-zoom");
  copy.addEventListener("click", () => dialog.close());
  picture.src = button.dataset.zoom;
  dialog.querySelector("[data-zoomed]").replaceChildren(copy);
  dialog.showModal();
}

function blur(button) {
  const on = document.body.classList.toggle("blurred");
  button.setAttribute("aria-pressed", String(on));
  localStorage.setItem("blurred", on ? "1" : "");
}

// --- what a phone shows of the decisions -------------------------------------------------------------------------

function fold(button, folded) {
  button.closest(".decide").classList.toggle("folded", folded);
  button.setAttribute("aria-expanded", String(!folded));
}

// --- keys --------------------------------------------------------------------------------------------------------

function busy(target) {
  return target.closest("textarea, select, [contenteditable]") ||
    (target.matches("input") && !["checkbox", "radio", "button", "submit"].includes(target.type));
}

function press(key) {
  const found = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && !one.disabled);
  if (!found) return false;
  if ("focus" in found.dataset) found.focus();
  else found.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && busy(event.target)) { event.target.blur(); return; }
  if (busy(event.target) || document.querySelector("dialog[open]")) return;
  const list = rows().length > 0;
  if (list && (event.key === main().dataset.down || event.key === main().dataset.up)) {
    move(event.key === main().dataset.down ? 1 : -1);
    event.preventDefault();
  } else if (!list && event.key === main().dataset.up) {
    history.back();
    event.preventDefault();
  } else if (press(event.key)) {
    event.preventDefault();
  }
});

// --- what pages ask for ------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  if (!("swap" in event.target.dataset)) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const link = event.target.closest("a[data-next], a.title");
  const photo = event.target.closest("[data-zoom]");
  if (link) {
    event.preventDefault();
    go(link.getAttribute("href"));
  } else if (photo) {
    zoom(photo);
  } else if (event.target.closest("[data-zoom-first]")) {
    const first = main().querySelector("[data-zoom]");
    if (first) zoom(first);
  } else if (event.target.closest("[data-more]")) {
    fold(event.target.closest("[data-more]"), !main().querySelector(".decide").classList.contains("folded"));
  } else if (event.target.closest("[data-help]")) {
    document.getElementById("help").showModal();
  } else if (event.target.closest("[data-blur]")) {
    blur(event.target.closest("[data-blur]"));
  }
});

document.addEventListener("change", (event) => {
  if ("all" in event.target.dataset) {
    main().querySelectorAll('[data-row] input[name="case"]').forEach((box) => { box.checked = event.target.checked; });
  }
});

window.addEventListener("popstate", () => { go(window.location.href, { push: false }); });

function prepare() {
  document.body.classList.toggle("blurred", localStorage.getItem("blurred") === "1");
  document.querySelector("[data-blur]")?.setAttribute("aria-pressed", String(document.body.classList.contains("blurred")));
  if (window.matchMedia("(max-width: 60rem)").matches) main().querySelector(".folding")?.removeAttribute("open");
  const more = main().querySelector("[data-more]");
  if (more) fold(more, window.matchMedia("(max-width: 40rem)").matches && !main().querySelector(".problem"));
  const next = main().querySelector("a[data-next]");
  if (next) fetchAhead(next.getAttribute("href"));
}

document.documentElement.classList.add("scripted");
prepare();
