/** Subject and plain text of an e-mail. Output is not escaped. */
export const SUBJECT = '{{ subject }}';

export const TEXT = `{{ heading }}
{% for group in groups %}
{%- if group.name %}
== {{ group.name }} ==
{% endif -%}
{% for item in group.items %}
{{ item.severityName }}: {{ item.title }}
{%- if item.body %}
{{ item.body }}
{%- endif %}
{{ item.time }}
{{ words.open }}: {{ item.open }}
{%- if item.link %}
{{ words.details }}: {{ item.link }}
{%- endif %}
{%- for action in item.actions %}
{{ action.label }}: {{ action.link }}
{%- endfor %}
{% endfor -%}
{% endfor %}
{%- if more %}
{{ more }}
{% endif %}
{{ words.openInbox }}: {{ links.inbox }}

--\x20
{{ words.why }}
{{ words.unsubscribe }}: {{ links.unsubscribe }}
`;
