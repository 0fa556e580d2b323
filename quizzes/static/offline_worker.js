// Shows a kept page when a page cannot be loaded. It keeps nothing else: pages of students are never stored.
// The view adds FILES: the address of that page, then those of its style and fonts.
const { FILES } = self;
const CACHE = "offline";

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(registration.navigationPreload?.enable()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(load(event));
  else if (FILES.includes(new URL(request.url).pathname)) event.respondWith(fetch(request).catch(() => kept(request.url)));
});

async function keep() {
  await caches.delete(CACHE);
  await (await caches.open(CACHE)).addAll(FILES);
}

// Without the preload, each page would wait until the worker has started.
async function load(event) {
  try {
    return await event.preloadResponse || await fetch(event.request);
  } catch {
    return kept(FILES[0]);
  }
}

async function kept(url) { return await caches.match(url) || Response.error(); }
