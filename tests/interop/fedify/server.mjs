// A server that nobody here wrote: Fedify, with one person, "frank", and everything in memory.
// It follows, posts and keeps what it received; tests drive it through /debug.
//
// Environment: HOST, PORT (0: a free one), ORIGIN (default: the address it listens on),
// TLS_CERT and TLS_KEY (files; both or none), FIRST_KNOCK ("rfc9421", the default, or
// "draft-cavage-http-signatures-12"). Prints one line of JSON when it is ready:
// {"origin": …, "actor": …, "other": …}, the last a person at a second site of the same process,
// which answers to the name localhost. Stops when its standard input is closed.

import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { configure } from "@logtape/logtape";
import { requests, shown } from "./requests.mjs";
import { site } from "./site.mjs";

const NAME = "frank", OTHER = "fern";
const troubles = []; // what Fedify complained about
let refused = ""; // a form of signature that is not understood just now: "cavage" or "rfc9421"
let wire = []; // the letters that came, as they were on the wire: path, headers, body, status

await configure({
  sinks: {
    memory(record) {
      troubles.push({
        level: record.level,
        where: record.category.join("."),
        what: record.message.map(String).join(""),
        error: String(record.properties?.error ?? ""),
      });
    },
  },
  loggers: [
    { category: "fedify", sinks: ["memory"], lowestLevel: "warning" },
    { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
  ],
});

const tls = process.env.TLS_CERT && {
  cert: readFileSync(process.env.TLS_CERT), key: readFileSync(process.env.TLS_KEY),
};
const server = tls ? https.createServer(tls, answer) : http.createServer(answer);
const host = process.env.HOST ?? "127.0.0.1";
await new Promise((done) => server.listen(Number(process.env.PORT ?? 0), host, done));
const scheme = tls ? "https" : "http";
const origin = process.env.ORIGIN ?? `${scheme}://${host}:${server.address().port}`;
const options = { firstKnock: process.env.FIRST_KNOCK ?? "rfc9421" };
const here = site(origin, NAME, options);
const there = site(`${scheme}://localhost:${server.address().port}`, OTHER, options);
const sites = new Map([here, there].map((one) => [new URL(one.origin).host, one]));

async function answer(incoming, outgoing) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const body = Buffer.concat(parts);
  const asked = sites.get(incoming.headers.host) ?? here;
  const request = new Request(new URL(incoming.url, asked.origin), {
    method: incoming.method,
    headers: Object.entries(incoming.headersDistinct).flatMap(([k, v]) => v.map((one) => [k, one])),
    body: ["GET", "HEAD"].includes(incoming.method) ? undefined : body,
  });
  const response = await respond(asked, request, body).catch((error) =>
    Response.json({ error: String(error?.stack ?? error) }, { status: 500 }));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

async function respond(asked, request, body) {
  const { pathname } = new URL(request.url);
  const [, debug, name] = pathname.split("/");
  if (debug === "debug") return await drive(asked, request, name, body);
  const response = isNotUnderstood(request)
    ? new Response("Say it the other way.", { status: 401 })
    : await asked.federation.fetch(request, { contextData: undefined });
  if (request.method === "POST") {
    const headers = Object.fromEntries(request.headers);
    wire.push({ path: pathname, headers, body: body.toString(), status: response.status });
  }
  return response;
}

function isNotUnderstood(request) {
  if (!refused || !request.headers.has("signature")) return false;
  return (refused === "rfc9421") === request.headers.has("signature-input");
}

async function drive(asked, request, name, body) {
  if (request.method === "GET") {
    if (name === "errors") return Response.json(troubles);
    if (name === "wire") return Response.json(wire);
    return shown[name] ? Response.json(shown[name](asked)) : new Response(null, { status: 404 });
  }
  const given = JSON.parse(body);
  if (name === "understand") return Response.json((refused = given.but ?? ""));
  if (name === "forget") {
    troubles.length = wire.length = 0;
    for (const one of sites.values()) one.state.received.length = one.state.offers.length = 0;
    return Response.json({});
  }
  if (!requests[name]) return new Response(null, { status: 404 });
  const ctx = asked.federation.createContext(new URL(asked.origin), undefined);
  return Response.json((await requests[name](ctx, asked, given)) ?? null);
}

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
console.log(JSON.stringify({
  origin, actor: `${origin}/users/${NAME}`, other: `${there.origin}/users/${OTHER}`,
}));
