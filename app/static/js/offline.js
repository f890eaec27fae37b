// Starts the site's one service worker, from the pages about checking certificates only: nobody
// else pays for its files.
const NOTES = "kapok-check-notes";

export async function prepareOffline() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/sw.js", { scope: "/" });
    // A code that is opened without a network is shown in the language that was last read here.
    const notes = await caches.open(NOTES);
    await notes.put("/check-language", new Response(document.documentElement.lang.slice(0, 2)));
  } catch {
    // Without it the pages work as long as there is a network.
  }
}
