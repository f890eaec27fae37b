// While a file is being made, asks now and then and shows the page again when it is ready.
const SECONDS = 2;
const MOST_TRIES = 150;
const MARK = "data-being-made";

async function isReady() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  return answer.ok && !(await answer.text()).includes(MARK);
}

async function watch(triesLeft) {
  if (triesLeft === 0) return;
  const ready = await isReady().catch(() => false);
  if (ready) location.reload();
  else setTimeout(() => watch(triesLeft - 1), SECONDS * 1000);
}

if (document.querySelector(`[${MARK}]`)) setTimeout(() => watch(MOST_TRIES), SECONDS * 1000);

// A link to give away is copied with one touch; without this it is pressed long and copied.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(field.textContent);
    button.textContent = button.dataset.copied;
  });
}
