// Fills a store over REST with runs as people have them, and with what breaks pages:
//   node tests/seed.mjs http://127.0.0.1:5005 [--big]
// `--big` adds experiments of 1,000 and 10,000 runs and a run of 100,000 steps.
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";

/** Numbers that look random and are the same every time (mulberry32). */
function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Client {
  constructor(origin, token) {
    this.origin = origin;
    // A server ends connections that nothing was asked on for a while, on a busy machine just as they are used again.
    this.headers = { connection: "close", "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  }

  async call(method, path, body) {
    const answer = await fetch(`${this.origin}/api/v1${path}`, {
      method,
      headers: this.headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  post(path, body) {
    return this.call("POST", path, body);
  }

  async put(path, bytes, type) {
    const headers = { ...this.headers, "content-type": type };
    const answer = await fetch(`${this.origin}/api/v1${path}`, { method: "PUT", headers, body: bytes });
    if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
  }
}

const optimizers = ["Adam", "SGD", "AdamW"];
const rates = [0.3, 0.1, 0.03, 0.01, 0.003, 0.001];
const sizes = [16, 32, 64, 128];

/** How well a choice learns: one best rate for each optimizer, wider is better, and noise. */
function curve(random, optimizer, lr, size, epochs) {
  const ideal = optimizer === "SGD" ? 0.1 : 0.003;
  const off = Math.abs(Math.log10(lr / ideal));
  const floor = 0.06 + 0.12 * off + 0.9 / size;
  const speed = 0.16 / (1 + off);
  const points = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const fall = Math.exp(-speed * epoch);
    const wave = (random() - 0.5) * 0.04 * (1 + off);
    const test = floor + 2.2 * fall + wave + Math.max(0, epoch - 32) * 0.0016;
    const train = floor * 0.8 + 2.2 * fall + wave / 2;
    points.push({ name: "loss", phase: "train", value: round(train), epoch, step: epoch * 90 });
    points.push({ name: "loss", phase: "test", value: round(test), epoch, step: epoch * 90 });
    points.push({ name: "accuracy", phase: "test", value: round(Math.max(0.1, 1 - test / 2.6)), epoch, step: epoch * 90 });
  }
  return points;
}

const round = (value) => Math.round(value * 1e6) / 1e6;

function modules(optimizer, lr, size, activation = "ReLU") {
  return [
    { kind: "model", name: "MLP", arguments: { inputs: 64, hidden_size: size, outputs: 10, dropout: 0.5, activation } },
    { kind: "criterion", name: "CrossEntropy", arguments: { weight: null } },
    { kind: "optimizer", name: optimizer, arguments: { lr, weight_decay: 0 } },
  ];
}

const provenance = {
  command: ["digits", "--lr", "0.01"],
  folder: "/home/ada/digits",
  git: { commit: "4f0c9b1d2e3a4b5c6d7e8f90a1b2c3d4e5f60718", branch: "main", dirty: true },
  host: "turing",
  user: "ada",
  system: { cpu: "AMD EPYC 7543", cpus: 32, memory: 270_000_000_000, os: "Linux 6.12", gpus: ["NVIDIA A100"] },
  versions: { entia: "0.1.0", rustc: "1.95.0" },
};

/** A run with all its points, and an attempt that ended as `outcome` says (or has not). */
async function run(client, { points, outcome = "finished", epochs, ...made }) {
  const { uuid } = await client.post("/runs", made);
  const attempt = await client.post(`/runs/${uuid}/attempts`, { provenance });
  for (let at = 0; at < points.length; at += 5000) {
    await client.post(`/runs/${uuid}/points`, points.slice(at, at + 5000));
  }
  if (epochs) await client.call("PATCH", `/runs/${uuid}`, { epoch: epochs });
  if (outcome !== "running") await client.call("PATCH", `/runs/${uuid}/attempts/${attempt.id}`, { outcome });
  return uuid;
}

/** Twenty runs, in which four choices were each tried with three seeds. */
export async function digits(client, experiment = "digits") {
  const random = dice(20);
  const all = [];
  for (let at = 0; at < 20; at++) {
    const isRepeat = at < 12;
    const choice = isRepeat ? Math.floor(at / 3) : at;
    const optimizer = optimizers[choice % 3];
    const [lr, size] = [rates[(choice * 5 + 1) % 6], sizes[(choice * 3 + 2) % 4]];
    const failed = at === 17;
    const epochs = failed ? 12 : at === 19 ? 31 : 50;
    const uuid = await run(client, {
      experiment,
      id: `mlp-${String(at).padStart(3, "0")}`,
      name: `mlp-${String(at).padStart(3, "0")}`,
      modules: modules(optimizer, lr, size, at % 5 === 4 ? "LeakyReLU" : "ReLU"),
      params: { seed: isRepeat ? at % 3 : 0, batch_size: 64, epochs: 50 },
      tags: at === 4 ? { baseline: "yes" } : {},
      notes: at === 4 ? "The run that the paper is about." : "",
      points: curve(random, optimizer, lr, size, epochs),
      epochs,
      outcome: failed ? { failed: { reason: "CUDA out of memory: 2.1 GB asked, 1.4 GB free" } } : at === 19 ? "running" : "finished",
    });
    all.push(uuid);
  }
  await artifacts(client, all[4]);
  return all;
}

async function artifacts(client, uuid) {
  const put = (name, bytes, type) => client.put(`/runs/${uuid}/artifacts/${encodeURIComponent(name)}`, bytes, type);
  await put("confusion.png", png(160, 160), "image/png");
  await put("curve.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><path d="M0 0Q20 50 100 45" fill="none" stroke="teal" stroke-width="2"/></svg>', "image/svg+xml");
  await put("log.txt", Array.from({ length: 400 }, (_, at) => `epoch ${at}: loss ${(1 / (at + 1)).toFixed(4)}`).join("\n"), "text/plain");
  await put("report.json", JSON.stringify({ accuracy: 0.97, confusion: [[50, 1], [2, 47]], note: "ünïcode ✓" }), "application/json");
  await put("weights.safetensors", new Uint8Array(300_000), "application/octet-stream");
}

/** A picture without a library: eight bits of grey. */
function png(width, height) {
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = (x ^ y) & 255;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const part = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, part("IHDR", head), part("IDAT", deflateSync(lines)), part("IEND", Buffer.alloc(0))]);
}

function crc(bytes) {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

/** A run of many steps, in which two steps alone are three higher. */
export function spikes(client, steps, experiment = "long") {
  const random = dice(steps);
  const at = new Set([Math.round(steps * 0.38885), Math.round(steps * 0.75)]);
  const points = Array.from({ length: steps }, (_, step) => {
    const value = 2 * Math.exp(-step / (steps / 6)) + 0.1 + random() * 0.03 + (at.has(step) ? 3 : 0);
    return { name: "loss", phase: "train", value: round(value), epoch: 1 + Math.floor((step * 10) / steps), step };
  });
  const id = `long-${steps / 1000}k`;
  return run(client, { experiment, id, name: id, modules: modules("Adam", 0.01, 64), points, epochs: 10 });
}

/** What breaks pages: odd names, values that are no numbers, runs that are lost, very many metrics. */
export async function strange(client, experiment = "strange") {
  const names = [
    "<script>window.broken = 1</script>",
    `quotes " ' \` & <b>bold</b>`,
    "🦀 名前 naïve",
    "مرحبا بالعالم",
    `long ${"x".repeat(9995)}`,
    "a,b;c\td",
  ];
  for (const [at, name] of names.entries()) {
    const values = [1, at === 0 ? "NaN" : 0.5, at === 1 ? "Infinity" : 0.25, at === 2 ? "-Infinity" : 0.2];
    const points = values.map((value, epoch) => ({ name: "loss", phase: "test", value, epoch: epoch + 1, step: epoch }));
    await run(client, {
      experiment,
      id: `strange-${at}`,
      name,
      modules: modules("Adam", 0.01 * (at + 1), 64),
      params: { text: name.slice(0, 60), list: [1, 2, at], nested: { deep: { value: at } } },
      tags: { [`tag ${at}`]: name.slice(0, 40) },
      points,
      epochs: 4,
    });
  }
  const many = Array.from({ length: 2000 }, (_, at) => ({ name: `layer.${at}/norm`, value: at / 7, epoch: 1, step: 1 }));
  await run(client, { experiment, id: "many-metrics", name: "many metrics", points: many, epochs: 1 });
  await run(client, { experiment, id: "no-metrics", name: "", params: { lr: 0.1 }, points: [], outcome: { failed: { reason: "it could not read its data" } } });
  await client.post("/experiments", { name: `<i>odd</i> & "näme"/with slash` });
  await client.post("/experiments", { name: "empty" });
}

/** A sweep: many runs with a few points each, eight requests at a time. */
export async function sweep(client, runs, experiment = `sweep-${runs}`) {
  const random = dice(runs);
  const jobs = Array.from({ length: runs }, (_, at) => at);
  const worker = async () => {
    for (let at = jobs.shift(); at !== undefined; at = jobs.shift()) {
      const [optimizer, lr, size] = [optimizers[at % 3], round(10 ** (-4 + 3.5 * random())), sizes[at % 4]];
      const { uuid } = await client.post("/runs", {
        experiment,
        id: `s-${String(at).padStart(5, "0")}`,
        name: `s-${String(at).padStart(5, "0")}`,
        modules: modules(optimizer, lr, size),
        params: { seed: 0, batch_size: 64, dropout: round(0.1 * (at % 6)) },
      });
      await client.post(`/runs/${uuid}/points`, curve(random, optimizer, lr, size, runs > 2000 ? 2 : 8));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Runs with one long and noisy curve each. */
export async function curves(client, runs, steps, experiment = `curves-${runs}`) {
  const random = dice(runs);
  for (let at = 0; at < runs; at++) {
    const { uuid } = await client.post("/runs", { experiment, id: `curve-${at}`, params: { lr: round(random()) } });
    const floor = random();
    const points = Array.from({ length: steps }, (_, step) => {
      return { name: "loss", phase: "train", value: round(floor + 2 * Math.exp(-step / 90) + 0.2 * random()), step };
    });
    await client.post(`/runs/${uuid}/points`, points);
  }
}

export async function seed(origin, { big = false, token } = {}) {
  const client = new Client(origin, token);
  await digits(client);
  await spikes(client, 20_000);
  await strange(client);
  if (!big) return;
  await spikes(client, 100_000);
  await sweep(client, 1000);
  await sweep(client, 10_000);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [origin = "http://127.0.0.1:5005"] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  await seed(origin, { big: process.argv.includes("--big") });
}
