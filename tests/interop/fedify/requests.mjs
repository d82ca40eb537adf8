// What a test may ask of a site: POST /debug/<name> with a JSON object as its body. Whoever acts
// is `by`, one of the site's people; the first of them if nobody is named.

import {
  Accept, Activity, Agreement, Commitment, Create, Follow, Intent, Measure, Note, Object as Thing,
  Offer, PUBLIC_COLLECTION, Proposal, Undo, isActor,
} from "@fedify/vocab";
import { parseNodeInfo, signRequest, verifyObject } from "@fedify/fedify";
import {
  fulfillAcceptSignature, parseAcceptSignature, validateAcceptSignature,
} from "@fedify/fedify/sig";
import { digest } from "@fedify/fedify/federation";
import { parseDecimal } from "@fedify/vocab-runtime";
import { Temporal } from "@js-temporal/polyfill";
import { creation } from "./site.mjs";

function measure(hours) {
  return new Measure({ unit: "hour", numericalValue: parseDecimal(hours) });
}

async function someone(ctx, id) {
  // asked again where a busy machine was too slow for it
  for (let tries = 0; tries < 4; tries += 1) {
    const found = await ctx.lookupObject(id);
    if (isActor(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 500 * tries));
  }
  throw new Error(`${id} is no actor we could read`);
}

const all = (ctx, ids) => Promise.all(ids.map((id) => someone(ctx, id)));
const loaders = (ctx) => ({ contextLoader: ctx.contextLoader, documentLoader: ctx.documentLoader });

export const requests = {
  async follow(ctx, { first }, { actor, by = first }) {
    const id = new URL(`#follow/${crypto.randomUUID()}`, ctx.getActorUri(by));
    const target = await someone(ctx, actor);
    const follow = new Follow({ id, actor: ctx.getActorUri(by), object: target.id });
    await ctx.sendActivity({ identifier: by }, target, follow);
    return { id: id.href };
  },
  async unfollow(ctx, { first }, { actor, follow, by = first }) {
    const me = ctx.getActorUri(by);
    const target = await someone(ctx, actor);
    const object = new Follow({ id: new URL(follow), actor: me, object: target.id });
    const id = new URL(`#undo/${crypto.randomUUID()}`, me);
    await ctx.sendActivity({ identifier: by }, target, new Undo({ id, actor: me, object }));
    return { id: id.href };
  },
  // {content, inReplyTo?, to: [actor ids], public?: true by default}
  async note(ctx, { state, first }, { content, inReplyTo, to = [], public: open = true, by = first }) {
    const targets = await all(ctx, to);
    const note = new Note({
      id: ctx.getObjectUri(Note, { number: crypto.randomUUID() }),
      attribution: ctx.getActorUri(by),
      content,
      replyTarget: inReplyTo ? new URL(inReplyTo) : undefined,
      tos: open ? [PUBLIC_COLLECTION] : targets.map((target) => target.id),
      ccs: open ? targets.map((target) => target.id) : [],
      published: Temporal.Now.instant(),
    });
    state.things.set(note.id.href, note);
    await ctx.sendActivity({ identifier: by }, targets, creation(note));
    return { id: note.id.href };
  },
  // {thing: JSON-LD without an id, at: "notes" …, to: [actor ids]}: published, told if to somebody
  async publish(ctx, { state, first, kinds }, { thing, at = "notes", to = [], by = first }) {
    const [kind] = kinds.find(([, place]) => place === at);
    const id = ctx.getObjectUri(kind, { number: crypto.randomUUID() });
    const published = Temporal.Now.instant().toString();
    const attributedTo = ctx.getActorUri(by).href;
    const held = await Thing.fromJsonLd({ published, attributedTo, ...thing, id: id.href }, loaders(ctx));
    state.things.set(id.href, held);
    if (to.length) await ctx.sendActivity({ identifier: by }, await all(ctx, to), creation(held));
    return { id: id.href };
  },
  // {id, thing?}: put another in its place, or nothing
  async replace(ctx, { state }, { id, thing }) {
    if (thing) state.things.set(id, await Thing.fromJsonLd(thing, loaders(ctx)));
    else state.things.delete(id);
  },
  // {name, hours, to: actor id}: an offer by FEP-0837, as Fedify's classes write it
  async propose(ctx, { origin, first }, { name, hours, to }) {
    const target = await someone(ctx, to);
    const id = `${origin}/proposals/${crypto.randomUUID()}`;
    const proposal = new Proposal({
      id: new URL(id), attribution: ctx.getActorUri(first), purpose: "offer", name,
      unitBased: false, tos: [PUBLIC_COLLECTION, target.id],
      publishes: new Intent({
        id: new URL(`${id}#primary`), action: "deliverService", resourceQuantity: measure(hours),
      }),
    });
    const create = new Create({
      id: new URL(`${id}/create`), actor: ctx.getActorUri(first), object: proposal,
      tos: [PUBLIC_COLLECTION, target.id],
    });
    await ctx.sendActivity({ identifier: first }, target, create);
    return { id };
  },
  // {offer, satisfies, hours, to: actor id}: a yes, as Fedify's classes write it
  async agree(ctx, { origin, first }, { offer, satisfies, hours, to }) {
    const target = await someone(ctx, to);
    const id = `${origin}/agreements/${crypto.randomUUID()}`;
    const stipulates = new Commitment({
      id: new URL(`${id}#primary`), satisfies: new URL(satisfies), resourceQuantity: measure(hours),
    });
    const actor = ctx.getActorUri(first);
    const accept = new Accept({
      id: new URL(`${id}/accept`), actor, object: new URL(offer), to: target.id,
      result: new Agreement({ id: new URL(id), attribution: actor, stipulates }),
    });
    await ctx.sendActivity({ identifier: first }, target, accept);
    return { id };
  },
  // {activity: JSON-LD, to: [actor ids]}: any activity, as Fedify's classes write it
  async send(ctx, { first }, { activity, to, by = first }) {
    const parsed = await Activity.fromJsonLd(activity, loaders(ctx));
    await ctx.sendActivity({ identifier: by }, await all(ctx, to), parsed);
    return { id: parsed.id.href };
  },
  // {activity}: to all followers, with what the others know of them (FEP-8fcf)
  async tell(ctx, { first }, { activity, by = first }) {
    const parsed = await Activity.fromJsonLd(activity, loaders(ctx));
    const how = { preferSharedInbox: true, syncCollection: true };
    await ctx.sendActivity({ identifier: by }, "followers", parsed, how);
  },
  // {activity, to}: another's letter, word for word as it came
  async pass(ctx, { first }, { activity, to }) {
    const [key] = await ctx.getActorKeyPairs(first);
    const [{ inboxId }] = await all(ctx, to);
    const headers = { "content-type": "application/activity+json" };
    const letter = new Request(inboxId, { method: "POST", headers, body: JSON.stringify(activity) });
    const answer = await fetch(await signRequest(letter, key.privateKey, key.keyId));
    return { status: answer.status, said: await answer.text() };
  },
  // {who, …}: somebody of this site, as they are from now on
  be(_ctx, { state }, { who, ...members }) {
    state.people.set(who, { ...state.people.get(who), ...members });
  },
  gone(_ctx, { state }, { who }) {
    state.people.delete(who);
  },
  // what the site as a whole is: {software?, secure?}
  is(_ctx, { state }, members) {
    Object.assign(state, members);
  },
  // {id, by?}: the object as Fedify understands it, asked for with a signature if `by` is given
  async lookup(ctx, _site, { id, by }) {
    const documentLoader = by ? await ctx.getDocumentLoader({ identifier: by }) : ctx.documentLoader;
    const found = await ctx.lookupObject(id, { documentLoader });
    return found && { type: found.constructor.name, document: await found.toJsonLd() };
  },
  async finger(ctx, _site, { about }) {
    return await ctx.lookupWebFinger(about, { allowPrivateAddress: true });
  },
  async nodeinfo(ctx, _site, { origin }) {
    // not by lookupNodeInfo, which asks no private address
    const { links } = await (await fetch(`${origin}/.well-known/nodeinfo`)).json();
    const found = parseNodeInfo(await (await fetch(links[0].href)).json());
    return { software: found.software.name, protocols: found.protocols, users: found.usage.users };
  },
  // {id}: every entry of a collection, page after page
  async collection(ctx, _site, { id }) {
    const items = [];
    for await (const one of ctx.traverseCollection(await ctx.lookupObject(id))) items.push(one.id.href);
    return items;
  },
  // {id}: every entry of the collection in which a post says that its conversation is (FEP-7888)
  async conversation(ctx, site, { id }) {
    const { contextIds: [context] } = await ctx.lookupObject(id);
    return { context: context.href, items: await requests.collection(ctx, site, { id: context }) };
  },
  // {document}: whether its proofs are its actor's, and what Fedify read
  async verify(ctx, _site, { document }) {
    const found = await verifyObject(Activity, document, loaders(ctx));
    return { holds: found != null && document.proof != null };
  },
  // {challenge, url}: what Fedify would do on a 401 with this Accept-Signature
  challenge(_ctx, _site, { challenge }) {
    const [one] = validateAcceptSignature(parseAcceptSignature(challenge));
    return one ? fulfillAcceptSignature(one, "key", "rsa-v1_5-sha256") : null;
  },
  async digest(_ctx, _site, { ids }) {
    return { digest: Buffer.from(await digest(ids)).toString("hex") };
  },
};

export const shown = {
  inbox: ({ state }) => state.received,
  followers: ({ state, first }) => [...(state.people.get(first).followers?.keys() ?? [])],
  offers: ({ state }) => state.offers,
};
