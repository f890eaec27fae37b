// The site's one service worker. It answers the pages that check certificates when there is no
// network, and nothing else; it keeps no page of a signed-in person.
import { clientsClaim } from "workbox-core";
import { addPlugins, cleanupOutdatedCaches, getCacheKeyForURL, matchPrecache, precache } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { CacheFirst, NetworkFirst, NetworkOnly } from "workbox-strategies";

const LIST = "kapok-check-list";
const READER = "kapok-check-reader";
const NOTES = "kapok-check-notes";
const { files, languages, list, reader } = self.kapok;

// Asked for as by a stranger: what is kept here says nothing about anybody.
const asStranger = {
  requestWillFetch: async ({ request }) => new Request(request, { credentials: "omit" }),
};

// A proxy that answers for a site that is down is no network either.
const onlyTheSite = {
  fetchDidSucceed: async ({ response }) => {
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    return response;
  },
};

async function languageOf(address) {
  const { pathname, searchParams } = new URL(address);
  const note = await (await caches.open(NOTES)).match("/check-language");
  const wished = [pathname.split("/")[1], searchParams.get("lang"), await note?.text(), navigator.language.slice(0, 2)];
  return wished.find((code) => languages.includes(code)) ?? languages[0];
}

async function checkerFor(request) {
  return matchPrecache(`/${await languageOf(request.url)}/check`);
}

const pages = [/^\/v(\/[^/]*)?$/, new RegExp(`^/(${languages.join("|")})/check$`)];
const offline = { handlerDidError: ({ request }) => checkerFor(request) };

self.skipWaiting();
clientsClaim();
cleanupOutdatedCaches();
addPlugins([asStranger]);
precache(files);
self.addEventListener("install", (event) => {
  const fresh = new Request(list, { credentials: "omit", cache: "no-cache" });
  event.waitUntil(caches.open(LIST).then((cache) => cache.add(fresh)).catch(() => {}));
});
// A reader of an older version is never asked for again.
async function dropOldReaders() {
  const cache = await caches.open(READER);
  const old = (await cache.keys()).filter((request) => new URL(request.url).pathname !== reader);
  await Promise.all(old.map((request) => cache.delete(request)));
}
self.addEventListener("activate", (event) => event.waitUntil(dropOldReaders()));

// The list is the same whatever language or cookie a request names.
const kept = { cacheName: LIST, networkTimeoutSeconds: 8, plugins: [asStranger, onlyTheSite], matchOptions: { ignoreVary: true } };

// A network that does not answer is none: the checker is shown after 8 seconds.
registerRoute(new NavigationRoute(new NetworkOnly({ networkTimeoutSeconds: 8, plugins: [offline, onlyTheSite] }), { allowlist: pages }));
registerRoute(({ url }) => url.pathname === list, new NetworkFirst(kept));
registerRoute(
  ({ url }) => Boolean(getCacheKeyForURL(url.href)) && url.pathname.startsWith("/static/"),
  async ({ request }) => (await matchPrecache(request)) ?? fetch(request),
);
registerRoute(({ url }) => url.pathname.endsWith(".wasm"), new CacheFirst({ cacheName: READER }));
