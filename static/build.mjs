// Bundles what browsers get into dist/. The type check is `npm run check`.
import { build } from "esbuild";
import { copyFile, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const dist = "dist";
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

await build({
  entryPoints: {
    app: "src/app.ts",
    terminal: "src/terminal.ts",
    "app-css": "css/app.css",
    "terminal-css": "css/terminal-page.css",
  },
  entryNames: "[name]",
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox115", "safari16.4"],
  legalComments: "linked",
  logLevel: "warning",
});
// Entry points share one namespace of names; the style sheets take their own here.
for (const name of ["app", "terminal"]) {
  await copyFile(join(dist, `${name}-css.css`), join(dist, `${name}.css`));
  await rm(join(dist, `${name}-css.css`));
}
for (const image of ["favicon.svg", "logo.svg"]) {
  await copyFile(join("images", image), join(dist, image));
}
for (const name of (await readdir(dist)).sort()) {
  const { size } = await stat(join(dist, name));
  console.log(`${dist}/${name}\t${(size / 1024).toFixed(1)} KiB`);
}
