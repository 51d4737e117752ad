/**
 * Lets xterm.js live under a strict Content-Security-Policy.
 *
 * Its DOM renderer and its scroll bar each make `<style>` elements, and cells in 24-bit colour get a
 * `style` attribute. The policy allows neither without a nonce, and an attribute can never have one.
 * So elements get this response's nonce when they are made, and the attribute is set through the
 * CSS object model, which the policy allows because no markup is parsed.
 */
export function allowStyles(nonce: string): void {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  }) as typeof document.createElement;

  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name: string, value: string): void {
    if (name === "style" && this instanceof HTMLElement) this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };
}
