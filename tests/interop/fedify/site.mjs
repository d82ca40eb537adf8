// One site by Fedify, with everything in memory: its people, what they wrote, what reached them.

import {
  Accept, Activity, Agreement, Article, Create, Endpoints, Event, Follow, Image, Note, Offer,
  OrderedCollection, PUBLIC_COLLECTION, Page, Person, Question, QuoteAuthorization, QuoteRequest,
  Undo,
} from "@fedify/vocab";
import {
  InProcessMessageQueue, MemoryKvStore, createExponentialBackoffPolicy, createFederation,
  generateCryptoKeyPair,
} from "@fedify/fedify";

// What has a page of its own, and where.
const KINDS = [
  [Note, "notes"], [Article, "articles"], [Page, "pages"], [Event, "events"],
  [Question, "questions"], [QuoteAuthorization, "stamps"], [OrderedCollection, "threads"],
];

// Fedify's own have 4096 bits, and take seconds to make.
const RSA = {
  name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
};

export function site(origin, first, { firstKnock }) {
  const state = {
    received: [], // activities whose sender Fedify found to be who it says
    offers: [], // what Fedify's own classes make of Offer(Agreement)
    people: new Map([[first, {}]]), // name → {display, aliases, movedTo, pinned, followers, keys}
    things: new Map(), // id → what was written
    software: "frank", // what NodeInfo says
    secure: false, // whether pages are shown to those alone who sign (authorized fetch)
  };
  const federation = createFederation({
    kv: new MemoryKvStore(),
    queue: new InProcessMessageQueue(),
    origin,
    allowPrivateAddress: true, // the tests live on loopback
    firstKnock,
    inboxChallengePolicy: { enabled: true },
    outboxRetryPolicy: createExponentialBackoffPolicy({
      initialDelay: { milliseconds: 250 }, maxAttempts: 4,
    }),
  });
  const person = (name) => state.people.get(name);
  const isKnown = async (ctx) => !state.secure || (await ctx.getSignedKeyOwner()) != null;

  federation
    .setActorDispatcher("/users/{identifier}", async (ctx, name) => {
      const one = person(name);
      if (!one) return null;
      const keys = await ctx.getActorKeyPairs(name);
      return new Person({
        id: ctx.getActorUri(name),
        preferredUsername: name,
        name: one.display ?? `${name[0].toUpperCase()}${name.slice(1)}, next town`,
        summary: "<p>Mends bicycles.</p>",
        url: new URL(`/@${name}`, origin),
        inbox: ctx.getInboxUri(name),
        outbox: ctx.getOutboxUri(name),
        followers: ctx.getFollowersUri(name),
        featured: ctx.getFeaturedUri(name),
        endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
        publicKey: keys[0].cryptographicKey,
        assertionMethods: keys.map((key) => key.multikey),
        aliases: (one.aliases ?? []).map((id) => new URL(id)),
        successor: one.movedTo ? new URL(one.movedTo) : undefined,
        discoverable: true,
        indexable: true,
      });
    })
    .mapHandle((_ctx, name) => (person(name) ? name : null))
    .authorize((ctx) => isKnown(ctx))
    .setKeyPairsDispatcher(async (_ctx, name) => {
      const one = person(name);
      if (!one) return [];
      one.keys ??= Promise.all([crypto.subtle.generateKey(RSA, true, ["sign", "verify"]),
        generateCryptoKeyPair("Ed25519")]);
      return await one.keys;
    });

  // Of one server's only, where that server asks (FEP-8fcf).
  federation.setFollowersDispatcher("/users/{identifier}/followers", (_ctx, name, _cursor, base) => ({
    items: [...(person(name)?.followers?.values() ?? [])].filter(
      (one) => base == null || one.id.origin === base.origin),
  }));
  federation.setFeaturedDispatcher("/users/{identifier}/featured", (_ctx, name) => ({
    items: (person(name)?.pinned ?? []).map((id) => state.things.get(id)),
  }));
  federation.setOutboxDispatcher("/users/{identifier}/outbox", (ctx, name) => ({
    items: [...state.things.values()]
      .filter((one) => one.attributionId?.href === ctx.getActorUri(name).href)
      .filter((one) => !(one instanceof QuoteAuthorization))
      .filter((one) => one.toIds.some((id) => id.href === PUBLIC_COLLECTION.href))
      .map((one) => creation(one)),
  }));
  for (const [kind, place] of KINDS) {
    federation
      .setObjectDispatcher(kind, `/${place}/{number}`, (ctx, { number }) =>
        state.things.get(ctx.getObjectUri(kind, { number }).href) ?? null)
      .authorize((ctx) => isKnown(ctx));
  }
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software: { name: state.software, version: "1.0.0" },
    protocols: ["activitypub"],
    usage: { users: { total: state.people.size }, localPosts: state.things.size, localComments: 0 },
  }));
  federation.setWebFingerLinksDispatcher(() => [
    { rel: "http://ostatus.org/schema/1.0/subscribe", template: `${origin}/follow?who={uri}` },
    { rel: "https://w3id.org/fep/3b86/Follow", template: `${origin}/follow?who={object}` },
  ]);

  async function keep(ctx, activity) {
    const document = await activity.toJsonLd({ contextLoader: ctx.contextLoader });
    state.received.push({ ...document, at: ctx.recipient ?? "shared" });
  }

  // Who speaks for whom: the one it was sent to, or the one it is about.
  function addressed(ctx, id) {
    const named = ctx.parseUri(id ?? null);
    return ctx.recipient ?? (named?.type === "actor" ? named.identifier : first);
  }

  async function answered(ctx, name, to, members) {
    const id = new URL(`#accept/${crypto.randomUUID()}`, ctx.getActorUri(name));
    const accept = new Accept({ id, actor: ctx.getActorUri(name), to: to.id, ...members });
    await ctx.sendActivity({ identifier: name }, to, accept);
  }

  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .on(Follow, async (ctx, follow) => {
      await keep(ctx, follow);
      const follower = await follow.getActor(ctx);
      if (!follower?.id || !follower.inboxId) return;
      const name = addressed(ctx, follow.objectId);
      (person(name).followers ??= new Map()).set(follower.id.href, {
        id: follower.id, inboxId: follower.inboxId, endpoints: follower.endpoints,
      });
      await answered(ctx, name, follower, { object: follow });
    })
    .on(Undo, async (ctx, undo) => {
      await keep(ctx, undo);
      const undone = await undo.getObject(ctx);
      if (!(undone instanceof Follow) || !undo.actorId) return;
      person(addressed(ctx, undone.objectId)).followers?.delete(undo.actorId.href);
    })
    .on(QuoteRequest, async (ctx, request) => {
      await keep(ctx, request);
      const asking = await request.getActor(ctx);
      const quoted = state.things.get(request.objectId?.href);
      if (!asking?.inboxId || !quoted) return;
      const stamp = new QuoteAuthorization({
        id: ctx.getObjectUri(QuoteAuthorization, { number: crypto.randomUUID() }),
        attribution: quoted.attributionId,
        interactingObject: request.instrumentId,
        interactionTarget: request.objectId,
      });
      state.things.set(stamp.id.href, stamp);
      const name = addressed(ctx, quoted.attributionId);
      await answered(ctx, name, asking, { object: request, result: stamp.id });
    })
    .on(Offer, async (ctx, offer) => {
      await keep(ctx, offer);
      const agreement = await offer.getObject(ctx);
      if (!(agreement instanceof Agreement)) return;
      const { satisfies, resourceQuantity } = agreement.stipulates;
      const { unit, numericalValue } = resourceQuantity;
      state.offers.push({
        id: offer.id.href, satisfies: satisfies.href, unit, amount: `${numericalValue}`,
      });
    })
    .on(Activity, keep);

  return { origin, first, federation, state, kinds: KINDS };
}

export function creation(thing) {
  return new Create({
    id: new URL("#create", thing.id), actor: thing.attributionId, object: thing,
    tos: thing.toIds, ccs: thing.ccIds, published: thing.published,
  });
}
