// Serves `dist/` before a running server, for work on the page and for tests without a new binary:
//   node scripts/serve.mjs --api http://127.0.0.1:5005 [--port 5006] [--dist dist]
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { pipeline } from "node:stream";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values } = parseArgs({
  options: {
    api: { type: "string", default: "http://127.0.0.1:5005" },
    port: { type: "string", default: "5006" },
    dist: { type: "string", default: join(root, "dist") },
  },
});
const api = new URL(values.api);
const types = { ".js": "text/javascript", ".css": "text/css", ".txt": "text/plain; charset=utf-8" };
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'";
const server = createServer((asked, answer) => {
  const { pathname } = new URL(asked.url, api);
  if (pathname.startsWith("/assets/") || pathname === "/licences.txt") return file(pathname, answer);
  if (/^\/((ajax-)?api\/|sign-|health|version|metrics)/.test(pathname)) return forward(asked, answer);
  answer.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy });
  answer.end(readFileSync(join(values.dist, "index.html")));
});
server.listen(Number(values.port), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});

function file(pathname, answer) {
  const path = join(values.dist, pathname);
  if (!existsSync(path)) return answer.writeHead(404).end();
  answer.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(answer);
}

function forward(asked, answer) {
  const headers = { ...asked.headers, host: api.host };
  // The server takes a page of its own origin only.
  if (headers.origin) headers.origin = api.origin;
  const options = { host: api.hostname, port: api.port, path: asked.url, method: asked.method, headers };
  const onward = request(options, (got) => {
    answer.writeHead(got.statusCode, got.headers);
    // Ends the answer also when the server dies in the middle of it.
    pipeline(got, answer, () => undefined);
  });
  onward.on("error", () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
  answer.on("close", () => onward.destroy());
  asked.pipe(onward);
}
