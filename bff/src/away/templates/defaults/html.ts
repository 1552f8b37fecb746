/**
 * The HTML part of an e-mail: a single column of tables because Outlook supports no other layout. Colors are inline
 * because some clients drop style sheets. The style sheet adds dark mode. All output is escaped.
 */
export const HTML = `<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{{ subject }}</title>
<style>
:root { color-scheme: light dark; }
a { text-decoration: underline; }
.button { text-decoration: none; }
@media (max-width: 480px) {
  .page { padding: 12px 8px !important; }
  .box { padding: 20px 16px !important; }
  .foot { padding: 16px 16px 0 !important; }
}
@media (prefers-color-scheme: dark) {
  .back, .page { background: #131210 !important; }
  .box { background: #1c1a18 !important; border-color: #3a3733 !important; }
  .text { color: #f1eeea !important; }
  .muted { color: #b0a9a0 !important; }
  .rule { border-color: #3a3733 !important; }
  .button { background: #f0a656 !important; color: #231503 !important; }
  .link { color: #f0a656 !important; }
  .info { color: #86b5f5 !important; }
  .success { color: #71cc97 !important; }
  .warning { color: #f0be5a !important; }
  .error { color: #ff9b91 !important; }
}
</style>
</head>
<body class="back" style="margin:0;padding:0;background:#f6f5f3;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="page" align="center" style="padding:32px 16px;background:#f6f5f3;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;"><tr>
<td class="box" align="left" style="padding:28px;background:#ffffff;border:1px solid #e3e0db;border-radius:12px;">
<h1 class="text" style="margin:0;font-size:20px;line-height:1.35;color:#1d1b18;">{{ heading }}</h1>
{%- for group in groups %}
{%- if group.name %}
<h2 class="muted" dir="auto" style="margin:28px 0 0;font-size:14px;line-height:1.4;color:#5f5a52;">{{ group.name }}</h2>
{%- endif %}
{%- for item in group.items %}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin-top:12px;"><tr>
<td class="rule" align="left" style="padding:14px 0 0;border-top:1px solid #e3e0db;overflow-wrap:anywhere;word-break:break-word;">
<p style="margin:0 0 4px;font-size:13px;line-height:1.4;"><strong class="{{ item.severity }}" style="color:{{ item.color }};">{{ item.severityName }}</strong> <span class="muted" style="color:#5f5a52;">· {{ item.time }}</span></p>
<p dir="auto" style="margin:0;font-size:16px;line-height:1.4;font-weight:600;"><a class="text" href="{{ item.open }}" style="color:#1d1b18;">{{ item.title }}</a></p>
{%- if item.body %}
<p class="text" dir="auto" style="margin:6px 0 0;font-size:15px;line-height:1.5;color:#1d1b18;white-space:pre-line;">{{ item.body }}</p>
{%- endif %}
{%- if item.link or item.actions.size > 0 %}
<p style="margin:8px 0 0;font-size:15px;line-height:1.8;">
{%- if item.link %}<a class="link" href="{{ item.link }}" style="color:#a14a07;">{{ words.details }}</a>{% if item.actions.size > 0 %} &nbsp; {% endif %}{% endif -%}
{%- for action in item.actions %}<a class="link" dir="auto" href="{{ action.link }}" style="color:#a14a07;">{{ action.label }}</a>{% unless forloop.last %} &nbsp; {% endunless %}{% endfor -%}
</p>
{%- endif %}
</td></tr></table>
{%- endfor %}
{%- endfor %}
{%- if more %}
<p class="muted" style="margin:20px 0 0;font-size:15px;line-height:1.5;color:#5f5a52;">{{ more }}</p>
{%- endif %}
<p style="margin:28px 0 0;"><a class="button" href="{{ links.inbox }}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#a14a07;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none;">{{ words.openInbox }}</a></p>
</td></tr><tr>
<td class="foot muted" align="left" style="padding:16px 28px 0;font-size:13px;line-height:1.5;color:#5f5a52;">
<span class="muted" style="color:#5f5a52;">{{ words.why }}</span><br><a class="muted" href="{{ links.unsubscribe }}" style="color:#5f5a52;">{{ words.unsubscribe }}</a>
</td></tr></table>
</td></tr></table>
</body>
</html>
`;
