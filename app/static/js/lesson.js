// Reading: a tap on a block opens its twin, terms open as cards, answers are announced.
import { showDialog } from "./dialogs.js";

const INTERACTIVE = "a, button, input, select, textarea, label, summary, dialog";
const KEY = "kapok-twins";

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) || [];
  } catch {
    return [];
  }
}

function remember() {
  const open = [...document.querySelectorAll(".block[id] > .twin[open]")].map((twin) => twin.parentNode.id);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(open));
  } catch {
    // Storage may be closed in a private window; then nothing is remembered.
  }
}

function improveTwins() {
  if (!document.querySelector(".twin")) return;
  const wide = matchMedia("(min-width: 64rem)");
  const open = new Set(remembered());
  const lay = () => {
    for (const twin of document.querySelectorAll(".block > .twin")) {
      if (wide.matches) twin.open = true;
      else twin.open = open.has(twin.parentNode.id);
    }
  };
  lay();
  wide.addEventListener?.("change", lay);
  document.addEventListener("click", (event) => {
    if (wide.matches || event.target.closest(INTERACTIVE) || String(getSelection())) return;
    const twin = event.target.closest(".block")?.querySelector(":scope > .twin");
    if (twin) twin.open = !twin.open;
  });
  document.addEventListener("toggle", () => !wide.matches && remember(), true);
}

async function openCard(link) {
  const address = new URL(link.href);
  address.searchParams.set("card", "1");
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.innerHTML = await answer.text();
  dialog.setAttribute("aria-label", link.textContent.trim());
  if (!dialog.querySelector("[data-dialog-close]")) {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn quiet";
    close.dataset.dialogClose = "";
    close.textContent = document.body.dataset.close;
    dialog.append(close);
  }
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  showDialog(dialog);
}

function improveTerms() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.term");
    if (!link || event.metaKey || event.ctrlKey || link.host !== location.host) return;
    event.preventDefault();
    openCard(link).catch(() => location.assign(link.href));
  });
}

// The feedback is in the page; a live region says it when an answer is chosen.
function improveChecks() {
  const checks = document.querySelectorAll(".check");
  if (!checks.length) return;
  const region = document.createElement("div");
  region.className = "hush";
  region.setAttribute("aria-live", "polite");
  document.body.append(region);
  document.addEventListener("change", (event) => {
    const check = event.target.closest(".check");
    if (!check) return;
    const shown = [...check.querySelectorAll(".choice .feedback")].filter((part) => part.offsetParent);
    region.textContent = shown.map((part) => part.textContent.trim()).join(" ");
  });
}

// "Check your answer" also says whether what was chosen is right.
function isRight(field) {
  const is = field.type === "checkbox" ? (field.checked ? "on" : "off") : field.value;
  return is === field.dataset.right;
}

function judge(details) {
  const verdict = details.querySelector(".verdict");
  const fields = [...details.parentNode.querySelectorAll("[data-right]:is(input, select)")];
  const isTried = fields.some((field) => field.checked || (field.type !== "checkbox" && field.selectedIndex > 0));
  verdict.hidden = !details.open || !isTried;
  if (verdict.hidden) return;
  const tone = fields.every(isRight) ? "right" : "wrong";
  verdict.className = `verdict ${tone}`;
  verdict.textContent = verdict.dataset[tone];
}

function improveAnswers() {
  for (const details of document.querySelectorAll(".check details.answer")) {
    details.addEventListener("toggle", () => judge(details));
    details.parentNode.addEventListener("change", () => judge(details));
  }
}

export function improveLesson() {
  improveTwins();
  improveTerms();
  improveChecks();
  improveAnswers();
}
