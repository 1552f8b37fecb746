import { stringify } from 'yaml';

/**
 * Placeholders for Helm expressions in a manifest. YAML would quote the braces, so the manifest contains placeholders
 * until it has been converted to text.
 */
export class TemplateText {
  readonly #expressions: string[] = [];
  readonly #items: { condition: string; value: unknown }[] = [];

  /** Returns a placeholder that renders as this template text, for example `{{ .Values.ui.replicas }}`. */
  value(text: string): string {
    return `HELM_VALUE_${this.#expressions.push(text) - 1}_`;
  }

  /** Returns a placeholder for a list item that is rendered only under this condition. */
  item(condition: string, value: unknown): string {
    return `HELM_ITEM_${this.#items.push({ condition, value }) - 1}_`;
  }

  /**
   * Renders the manifest as a template. To replace a whole object member with a placeholder, use
   * `{[placeholder]: null}`; all lines of the placeholder's text are then indented like that member.
   */
  render(manifest: object): string {
    return stringify(manifest, { lineWidth: 0 })
      .split('\n')
      .map((line) => this.#fill(line))
      .join('\n');
  }

  #fill(line: string): string {
    const [, before = '', item] = /^( *)- HELM_ITEM_(\d+)_$/.exec(line) ?? [];
    if (item !== undefined) {
      const { condition, value } = this.#items[Number(item)] ?? { condition: 'false', value: null };
      const lines = stringify([value], { lineWidth: 0 }).trimEnd().split('\n');
      return [`{{- if ${condition} }}`, ...lines, '{{- end }}'].map((part) => before + part).join('\n');
    }
    const [, indent = '', member] = /^( *)HELM_VALUE_(\d+)_: (?:null|"")$/.exec(line) ?? [];
    if (member !== undefined)
      return (this.#expressions[Number(member)] ?? '')
        .split('\n')
        .map((part) => indent + part)
        .join('\n');
    return line.replace(/HELM_VALUE_(\d+)_/g, (_, at: string) => this.#expressions[Number(at)] ?? '');
  }
}
