// Bundles what browsers get into dist/. The type check is `npm run check`.
import { build } from "esbuild";
import { copyFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const dist = "dist";
await rm(dist, { recursive: true, force: true });

const options = {
  outdir: dist,
  bundle: true,
  minify: true,
  target: ["es2022", "chrome111", "firefox115", "safari16.4"],
  legalComments: "linked",
  logLevel: "warning",
};
// Two runs, because a script and a style sheet of one name cannot be entry points of the same one.
await build({ ...options, format: "esm", entryPoints: ["src/app.ts", "src/terminal.ts"] });
await build({
  ...options,
  entryPoints: [
    { in: "css/app.css", out: "app" },
    { in: "css/terminal-page.css", out: "terminal" },
  ],
});
for (const image of ["favicon.svg", "logo.svg"]) {
  await copyFile(join("images", image), join(dist, image));
}
for (const name of (await readdir(dist)).sort()) {
  const { size } = await stat(join(dist, name));
  console.log(`${dist}/${name}\t${(size / 1024).toFixed(1)} KiB`);
}
