// Receives pushes: checks the signature, answers at once. Node 18 or later, standard library only.
//
//     WEBHOOK_SECRETS="whsec_..." node receiver.mjs 8080

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const TOLERANCE_S = 300;
const MAX_BYTES = 20_000_000;
const SECRETS = (process.env.WEBHOOK_SECRETS ?? "").split(" ").filter(Boolean);

// Whether one of the secrets signed this body, and did so just now. `body`: the bytes as they came.
function isGenuine(headers, body, secrets, nowS) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  if (!id || !/^\d{1,12}$/.test(timestamp) || Math.abs(nowS - Number(timestamp)) > TOLERANCE_S) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const given = (headers["webhook-signature"] ?? "").split(" ").map((each) => Buffer.from(each));
  return secrets.some((secret) => {
    const expected = signature(secret, signed);
    return given.some((each) => each.length === expected.length && timingSafeEqual(each, expected));
  });
}

function signature(secret, signed) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return Buffer.from("v1," + createHmac("sha256", key).update(signed).digest("base64"));
}

// What to answer with: a ping's challenge if it has one (`endpoint verify`), else nothing.
function answerTo(event) {
  const challenge = event.type === "endpoint.ping" && event.data.challenge;
  return challenge ? JSON.stringify({ challenge }) : "";
}

// Yours. The same event may come twice: store it under its id, and work on it after the answer.
function receive(id, event) {
  console.log(id, event.type, event.data.headline ?? "");
}

if (SECRETS.length === 0) {
  console.error('no secret: start it with WEBHOOK_SECRETS="whsec_...", as the endpoint was given');
  process.exit(1);
}
if (!SECRETS.every((each) => /^(whsec_)?[A-Za-z0-9+/]{32,88}={0,2}$/.test(each))) {
  console.error("WEBHOOK_SECRETS holds what is no secret: copy each whole, whsec_ and = included");
  process.exit(1);
}
const server = createServer((request, response) => {
  const parts = [];
  let length = 0;
  request.on("data", (part) => {
    length += part.length;
    if (length <= MAX_BYTES) parts.push(part);
    else if (!response.headersSent) response.writeHead(413, { connection: "close" }).end(() => request.destroy());
  });
  request.on("end", () => {
    if (length > MAX_BYTES) return;
    const body = Buffer.concat(parts);
    if (!isGenuine(request.headers, body, SECRETS, Date.now() / 1000)) {
      response.writeHead(400).end();
      return;
    }
    const event = JSON.parse(body);
    receive(request.headers["webhook-id"], event);
    response.writeHead(200, { "content-type": "application/json" }).end(answerTo(event));
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening on", server.address().port));
