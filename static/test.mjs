// Runs every *.test.ts under Node's own test runner: esbuild strips the types into a temporary folder.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const out = await mkdtemp(join(tmpdir(), "trythis-static-"));
try {
  const sources = (await readdir("src", { recursive: true })).filter((name) => name.endsWith(".test.ts"));
  await build({
    entryPoints: sources.map((name) => join("src", name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    sourcemap: "inline",
    logLevel: "warning",
  });
  const built = (await readdir(out, { recursive: true })).filter((name) => name.endsWith(".mjs"));
  const files = built.map((name) => join(out, name));
  const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-reporter=spec", ...files], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
