// A server that nobody here wrote: Fedify, with one person, "frank", and everything in memory.
// It follows, posts and keeps what it received; tests drive it through /debug.
//
// Environment: HOST, PORT (0: a free one), ORIGIN (default: the address it listens on),
// TLS_CERT and TLS_KEY (files; both or none), FIRST_KNOCK ("rfc9421", the default, or
// "draft-cavage-http-signatures-12"). Prints one line of JSON when it is ready:
// {"origin": …, "actor": …}. Stops when its standard input is closed.

import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import {
  InProcessMessageQueue, MemoryKvStore, createFederation, generateCryptoKeyPair,
} from "@fedify/fedify";
import {
  Accept, Activity, Agreement, Commitment, Create, Endpoints, Follow, Intent, Measure, Note, Offer,
  PUBLIC_COLLECTION, Person, Proposal, Undo, isActor,
} from "@fedify/vocab";
import { parseDecimal } from "@fedify/vocab-runtime";
import { configure } from "@logtape/logtape";
import { Temporal } from "@js-temporal/polyfill";

const NAME = "frank";
const received = []; // activities whose sender Fedify found to be who it says
const troubles = []; // what Fedify complained about
const followers = new Map(); // actor id → {id, inboxId, endpoints}
const offers = []; // what Fedify's own classes make of Offer(Agreement)
const posts = new Map(); // number → Note
const pairs = [];

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
const origin = process.env.ORIGIN ?? `${tls ? "https" : "http"}://${host}:${server.address().port}`;

const federation = createFederation({
  kv: new MemoryKvStore(),
  queue: new InProcessMessageQueue(),
  origin,
  allowPrivateAddress: true, // the tests live on loopback
  firstKnock: process.env.FIRST_KNOCK ?? "rfc9421",
});

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (identifier !== NAME) return null;
    const keys = await ctx.getActorKeyPairs(identifier);
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: "Frank, next town",
      summary: "<p>Mends bicycles.</p>",
      url: new URL(`/@${identifier}`, origin),
      inbox: ctx.getInboxUri(identifier),
      outbox: ctx.getOutboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((key) => key.multikey),
    });
  })
  .mapHandle((_ctx, name) => name)
  .setKeyPairsDispatcher(async (_ctx, identifier) => {
    if (identifier !== NAME) return [];
    if (!pairs.length) {
      pairs.push(await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"));
      pairs.push(await generateCryptoKeyPair("Ed25519"));
    }
    return pairs;
  });

federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({
  items: [...followers.values()],
}));

federation.setOutboxDispatcher("/users/{identifier}/outbox", (ctx) => ({
  items: [...posts.values()].map((note) => creation(ctx, note)),
}));

federation.setObjectDispatcher(Note, "/notes/{number}", (_ctx, { number }) =>
  posts.get(number) ?? null);

federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .on(Follow, async (ctx, follow) => {
    await keep(ctx, follow);
    const follower = await follow.getActor(ctx);
    if (!follower?.id || !follower.inboxId) return;
    followers.set(follower.id.href, {
      id: follower.id, inboxId: follower.inboxId, endpoints: follower.endpoints,
    });
    const id = new URL(`#accept/${crypto.randomUUID()}`, ctx.getActorUri(NAME));
    const accept = new Accept({ id, actor: ctx.getActorUri(NAME), object: follow });
    await ctx.sendActivity({ identifier: NAME }, follower, accept);
  })
  .on(Undo, async (ctx, undo) => {
    await keep(ctx, undo);
    const undone = await undo.getObject(ctx);
    if (undone instanceof Follow && undo.actorId) followers.delete(undo.actorId.href);
  })
  .on(Offer, async (ctx, offer) => {
    await keep(ctx, offer);
    const agreement = await offer.getObject(ctx);
    if (!(agreement instanceof Agreement)) return;
    const { satisfies, resourceQuantity } = agreement.stipulates;
    const { unit, numericalValue } = resourceQuantity;
    offers.push({ id: offer.id.href, satisfies: satisfies.href, unit, amount: `${numericalValue}` });
  })
  .on(Activity, keep)
  .onError((_ctx, error) => {
    troubles.push({ level: "error", where: "inbox", what: String(error?.stack ?? error) });
  });

async function keep(ctx, activity) {
  received.push(await activity.toJsonLd({ contextLoader: ctx.contextLoader }));
}

function creation(ctx, note) {
  return new Create({
    id: new URL("#create", note.id), actor: ctx.getActorUri(NAME), object: note,
    tos: note.toIds, ccs: note.ccIds, published: note.published,
  });
}

function measure(hours) {
  return new Measure({ unit: "hour", numericalValue: parseDecimal(hours) });
}

async function someone(ctx, id) {
  // asked again where a busy machine was too slow for it
  for (let tries = 0; tries < 4; tries += 1) {
    const found = await ctx.lookupObject(id);
    if (isActor(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 1000 * tries));
  }
  throw new Error(`${id} is no actor we could read`);
}

// What a test may ask for: POST /debug/<name> with a JSON object as its body.
const requests = {
  async follow(ctx, { actor }) {
    const id = new URL(`#follow/${crypto.randomUUID()}`, ctx.getActorUri(NAME));
    const target = await someone(ctx, actor);
    const follow = new Follow({ id, actor: ctx.getActorUri(NAME), object: target.id });
    await ctx.sendActivity({ identifier: NAME }, target, follow);
    return { id: id.href };
  },
  async unfollow(ctx, { actor, follow }) {
    const me = ctx.getActorUri(NAME);
    const target = await someone(ctx, actor);
    const object = new Follow({ id: new URL(follow), actor: me, object: target.id });
    const id = new URL(`#undo/${crypto.randomUUID()}`, me);
    await ctx.sendActivity({ identifier: NAME }, target, new Undo({ id, actor: me, object }));
    return { id: id.href };
  },
  // {content, inReplyTo?, to: [actor ids], public?: true by default}
  async note(ctx, { content, inReplyTo, to = [], public: open = true }) {
    const number = crypto.randomUUID();
    const targets = await Promise.all(to.map((id) => someone(ctx, id)));
    const note = new Note({
      id: ctx.getObjectUri(Note, { number }),
      attribution: ctx.getActorUri(NAME),
      content,
      replyTarget: inReplyTo ? new URL(inReplyTo) : undefined,
      tos: open ? [PUBLIC_COLLECTION] : targets.map((target) => target.id),
      ccs: open ? targets.map((target) => target.id) : [],
      published: Temporal.Now.instant(),
    });
    posts.set(number, note);
    await ctx.sendActivity({ identifier: NAME }, targets, creation(ctx, note));
    return { id: note.id.href };
  },
  // {name, hours, to: actor id}: an offer by FEP-0837, as Fedify's classes write it
  async propose(ctx, { name, hours, to }) {
    const target = await someone(ctx, to);
    const id = `${origin}/proposals/${crypto.randomUUID()}`;
    const proposal = new Proposal({
      id: new URL(id), attribution: ctx.getActorUri(NAME), purpose: "offer", name,
      unitBased: false, tos: [PUBLIC_COLLECTION, target.id],
      publishes: new Intent({
        id: new URL(`${id}#primary`), action: "deliverService", resourceQuantity: measure(hours),
      }),
    });
    const create = new Create({
      id: new URL(`${id}/create`), actor: ctx.getActorUri(NAME), object: proposal,
      tos: [PUBLIC_COLLECTION, target.id],
    });
    await ctx.sendActivity({ identifier: NAME }, target, create);
    return { id };
  },
  // {offer, satisfies, hours, to: actor id}: a yes, as Fedify's classes write it
  async agree(ctx, { offer, satisfies, hours, to }) {
    const target = await someone(ctx, to);
    const id = `${origin}/agreements/${crypto.randomUUID()}`;
    const stipulates = new Commitment({
      id: new URL(`${id}#primary`), satisfies: new URL(satisfies), resourceQuantity: measure(hours),
    });
    const accept = new Accept({
      id: new URL(`${id}/accept`), actor: ctx.getActorUri(NAME), object: new URL(offer), to: target.id,
      result: new Agreement({ id: new URL(id), attribution: ctx.getActorUri(NAME), stipulates }),
    });
    await ctx.sendActivity({ identifier: NAME }, target, accept);
    return { id };
  },
  // {activity: JSON-LD, to: [actor ids]}: any activity of frank's
  async send(ctx, { activity, to }) {
    const parsed = await Activity.fromJsonLd(activity, {
      contextLoader: ctx.contextLoader, documentLoader: ctx.documentLoader,
    });
    const targets = await Promise.all(to.map((id) => someone(ctx, id)));
    await ctx.sendActivity({ identifier: NAME }, targets, parsed);
    return { id: parsed.id.href };
  },
  // {id, signed?: false}: the object as Fedify understands it
  async lookup(ctx, { id, signed = false }) {
    const documentLoader = signed
      ? await ctx.getDocumentLoader({ identifier: NAME }) : ctx.documentLoader;
    const found = await ctx.lookupObject(id, { documentLoader });
    return found && { type: found.constructor.name, document: await found.toJsonLd() };
  },
};

const shown = {
  inbox: () => received,
  followers: () => [...followers.keys()],
  offers: () => offers,
  errors: () => troubles,
};

async function answer(incoming, outgoing) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const body = Buffer.concat(parts);
  const request = new Request(new URL(incoming.url, origin), {
    method: incoming.method,
    headers: Object.entries(incoming.headersDistinct).flatMap(([k, v]) => v.map((one) => [k, one])),
    body: ["GET", "HEAD"].includes(incoming.method) ? undefined : body,
  });
  const response = await respond(request, body).catch((error) =>
    Response.json({ error: String(error?.stack ?? error) }, { status: 500 }));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

async function respond(request, body) {
  const [, debug, name] = new URL(request.url).pathname.split("/");
  if (debug !== "debug") return await federation.fetch(request, { contextData: undefined });
  if (request.method === "GET" && shown[name]) return Response.json(shown[name]());
  if (request.method !== "POST" || !requests[name]) return new Response(null, { status: 404 });
  const ctx = federation.createContext(new URL(origin), undefined);
  return Response.json(await requests[name](ctx, JSON.parse(body)));
}

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
console.log(JSON.stringify({ origin, actor: `${origin}/users/${NAME}` }));
