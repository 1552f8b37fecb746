import { stringify } from 'yaml';

/**
 * Places for Helm's expressions in a manifest. YAML quotes braces, so a value holds a mark until the manifest is text.
 */
export class TemplateText {
  readonly #expressions: string[] = [];

  /** A value that becomes this text of a template, such as `{{ .Values.ui.replicas }}`. */
  value(text: string): string {
    return `HELM_MARK_${this.#expressions.push(text) - 1}_`;
  }

  /**
   * The manifest as a template. A value of several lines is indented as its key is. `members` of an object that begin with
   * a mark are replaced as a whole: use `{[mark]: null}`.
   */
  render(manifest: object): string {
    return stringify(manifest, { lineWidth: 0 })
      .split('\n')
      .map((line) => this.#fill(line))
      .join('\n');
  }

  #fill(line: string): string {
    const [, indent = '', member] = /^( *)HELM_MARK_(\d+)_: (?:null|"")$/.exec(line) ?? [];
    if (member !== undefined)
      return (this.#expressions[Number(member)] ?? '')
        .split('\n')
        .map((part) => indent + part)
        .join('\n');
    return line.replace(/HELM_MARK_(\d+)_/g, (_, at: string) => this.#expressions[Number(at)] ?? '');
  }
}
