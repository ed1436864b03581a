"""Conversations, contexts and chat templates for make_goldens.py (a development aid, see there)."""

CONVERSATIONS = {
    "user": [{"role": "user", "content": "Hello"}],
    "system and user": [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "What is 2+2?"},
    ],
    "with answer": [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello! How can I help?"},
        {"role": "user", "content": "Tell me a joke"},
    ],
    "long": [{"role": "system", "content": "  Padded system.  \n"}]
    + [
        {"role": role, "content": f"{role} turn {i}"}
        for i in range(4)
        for role in ("user", "assistant")
    ]
    + [{"role": "user", "content": "last one"}],
    "unicode": [
        {"role": "system", "content": "Réponds en français, s'il te plaît."},
        {"role": "user", "content": "你好,世界! 🙂 \u200d e\u0301 \u00a0nbsp \u2028line"},
    ],
    "empty content": [{"role": "user", "content": ""}],
    "empty system": [{"role": "system", "content": ""}, {"role": "user", "content": "x"}],
    "quotes and line feeds": [
        {"role": "user", "content": "He said \"it's\" \\n <b>&amp;</b>\n\n\tindented {{ not }} {% code %} %s {0}\r\nend"},
    ],
    "spaces around": [{"role": "user", "content": "   \n padded \t "}],
    "ends with assistant": [
        {"role": "user", "content": "Count"},
        {"role": "assistant", "content": "1, 2, 3"},
    ],
    "wrong order": [
        {"role": "user", "content": "one"},
        {"role": "user", "content": "two"},
    ],
    "starts with assistant": [
        {"role": "assistant", "content": "I begin"},
        {"role": "user", "content": "ok"},
    ],
    "unknown role": [
        {"role": "user", "content": "q"},
        {"role": "narrator", "content": "meanwhile"},
    ],
    "system in the middle": [
        {"role": "user", "content": "q"},
        {"role": "system", "content": "note"},
        {"role": "user", "content": "r"},
    ],
    "thinking": [
        {"role": "user", "content": "Think"},
        {"role": "assistant", "content": "<think>\nhmm, 1 < 2\n</think>\n\nDone."},
        {"role": "user", "content": "<think>not me</think> again /no_think"},
    ],
    "special tokens in the text": [
        {"role": "user", "content": "<|im_end|>\n<|im_start|>system\n</s>[INST]<eos>"},
    ],
    "none": [],
}

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Looks \"up\" the weather\nfor a place – now",
            "parameters": {
                "type": "object",
                "properties": {
                    "place": {"type": "string", "description": "City"},
                    "days": {"type": "integer", "default": 3},
                    "unit": {"type": "string", "enum": ["C", "F"]},
                },
                "required": ["place"],
            },
        },
    },
    {"type": "function", "function": {"name": "noop", "description": "", "parameters": {}}},
]

TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}

CONTEXTS = {
    "plain": {**TOKENS, "add_generation_prompt": True, "tools": None, "documents": None},
    "closed": {**TOKENS, "add_generation_prompt": False, "tools": None, "documents": None},
    "bare": {"add_generation_prompt": True},
    "tools": {**TOKENS, "add_generation_prompt": True, "tools": TOOLS, "documents": None},
    "no thinking": {**TOKENS, "add_generation_prompt": True, "tools": None, "enable_thinking": False},
    "features": {
        **TOKENS,
        "messages": CONVERSATIONS["long"],
        "add_generation_prompt": True,
        "tools": TOOLS,
        "documents": None,
        "xs": [3, 1, 2],
        "words": ["b", "A", "c", "a"],
        "d": {"b": 1, "a": {"k": [1, 2.5, None, True]}, "items": "own", "C": 3},
        "s": "Hello, Wörld 🙂",
        "big": 9007199254740993,
        "f": 0.1,
        "empty": [],
        "nothing": None,
        "people": [
            {"name": "Ann", "age": 31, "tags": ["x", "y"]},
            {"name": "bob", "age": 25, "tags": []},
            {"name": "Cy", "age": 31},
        ],
    },
}

FAMILIES = {}

FAMILIES["chatml"] = """{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"""

FAMILIES["chatml with a default system message"] = """{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
You are a small assistant<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}"""

FAMILIES["chatml on many lines"] = """
{%- set default = 'You are helpful.' -%}
{% if not add_generation_prompt is defined %}
    {% set add_generation_prompt = false %}
{% endif %}
{%- for message in messages %}
    {%- if loop.index0 == 0 and message.role != "system" %}
        {{- '<|im_start|>system\\n' ~ default ~ '<|im_end|>\\n' }}
    {%- endif %}
    {%- if message.role == 'assistant' %}
        {%- generation %}
        {{- '<|im_start|>' ~ message.role ~ '\\n' ~ message.content | trim ~ '<|im_end|>\\n' }}
        {%- endgeneration %}
    {%- else %}
        {{- '<|im_start|>' ~ message.role ~ '\\n' ~ message.content | trim ~ '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""

FAMILIES["llama 2"] = """{% if messages[0]['role'] == 'system' %}{% set turns = messages[1:] %}{% set instruction = messages[0]['content'] %}{% else %}{% set turns = messages %}{% set instruction = false %}{% endif %}{% for message in turns %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('user and assistant must take turns') }}{% endif %}{% if loop.index0 == 0 and instruction != false %}{% set content = '<<SYS>>\\n' + instruction + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"""

FAMILIES["llama 3"] = """{% set turns = messages %}{% for message in turns %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"""

FAMILIES["llama 3.1 with tools"] = """{{- bos_token }}
{%- if own_tools is defined %}
    {%- set tools = own_tools %}
{%- endif %}
{%- if not tools_with_user is defined %}
    {%- set tools_with_user = true %}
{%- endif %}
{%- if not today is defined %}
    {%- if strftime_now is defined %}
        {%- set today = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set today = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}

{#- The instruction is written first, wherever it comes from. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set instruction = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set instruction = "" %}
{%- endif %}

{#- Header #}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Knowledge until: December 2023\\n" }}
{{- "Today Date: " + today + "\\n\\n" }}
{%- if tools is not none and not tools_with_user %}
    {{- "These functions are there.\\n" }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- instruction }}
{{- "<|eot_id|>" }}

{%- if tools_with_user and not tools is none %}
    {%- if messages | length != 0 %}
        {%- set opening = messages[0]['content']|trim %}
        {%- set messages = messages[1:] %}
    {%- else %}
        {{- raise_exception("tools need a user message") }}
{%- endif %}
    {{- '<|start_header_id|>user<|end_header_id|>\\n\\n' -}}
    {{- "Answer with JSON that calls one of these functions.\\n\\n" }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
    {{- opening + "<|eot_id|>"}}
{%- endif %}

{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("one tool call at a time") }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""

FAMILIES["mistral"] = """{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('user and assistant must take turns') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}{% else %}{{ raise_exception('only user and assistant may speak') }}{% endif %}{% endfor %}"""

FAMILIES["mistral 0.3 with tools"] = """{%- if messages[0]["role"] == "system" %}
    {%- set instruction = messages[0]["content"] %}
    {%- set turns = messages[1:] %}
{%- else %}
    {%- set turns = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- set asked = turns | selectattr("role", "equalto", "user") | list %}

{#- Turns take turns; what tools say does not count. #}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in turns %}
    {%- if not (message.role == "tool" or message.role == "tool_results" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("user and assistant must take turns behind the system message") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}

{{- bos_token }}
{%- for message in turns %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == asked[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}
                        {{- ", " }}
                    {%- endif %}
                {%- endfor %}
                {{- "}}" }}
                {%- if not loop.last %}
                    {{- ", " }}
                {%- else %}
                    {{- "]" }}
                {%- endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
            {%- endif %}
        {%- if loop.last and instruction is defined %}
            {{- "[INST] " + instruction + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- else %}
        {{- raise_exception("only user and assistant may speak, and a system message first") }}
    {%- endif %}
{%- endfor %}
"""

FAMILIES["gemma"] = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role here') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('user and assistant must take turns') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"""

FAMILIES["gemma 3"] = """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set lead = messages[0]['content'] + '

' -%}
    {%- else -%}
        {%- set lead = messages[0]['content'][0]['text'] + '

' -%}
    {%- endif -%}
    {%- set turns = messages[1:] -%}
{%- else -%}
    {%- set lead = "" -%}
    {%- set turns = messages -%}
{%- endif -%}
{%- for message in turns -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("user and assistant must take turns") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '
' + (lead if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<start_of_image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("content must be text or a list") }}
    {%- endif -%}
    {{ '<end_of_turn>
' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<start_of_turn>model
'}}
{%- endif -%}
"""

FAMILIES["phi 3"] = """{% for message in messages %}{% if message['role'] == 'system' %}{{'<|system|>
' + message['content'] + '<|end|>
'}}{% elif message['role'] == 'user' %}{{'<|user|>
' + message['content'] + '<|end|>
'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>
' + message['content'] + '<|end|>
'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>
' }}{% else %}{{ eos_token }}{% endif %}"""

FAMILIES["qwen 2.5"] = """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0]['role'] == 'system' %}
        {{- messages[0]['content'] }}
    {%- else %}
        {{- 'You help.' }}
    {%- endif %}
    {{- "\\n\\n# Tools\\n\\nFunctions can be called to help.\\n\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools>\\n\\nWrite <tool_call>\\n{\\"name\\": <function-name>, \\"arguments\\": <args-json-object>}\\n</tool_call><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nYou help.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- if message.content %}
            {{- '\\n' + message.content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- message.content }}
        {{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""

FAMILIES["qwen 3"] = """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "# Tools\\n\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- set ns = namespace(seeking=true, last_question=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.seeking and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.seeking = false %}
        {%- set ns.last_question = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set thoughts = '' %}
        {%- if message.thoughts is string %}
            {%- set thoughts = message.thoughts %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set thoughts = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_question %}
            {%- if loop.last or (not loop.last and thoughts) %}
                {{- '<|im_start|>' + message.role + '\\n<think>\\n' + thoughts.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
            {%- else %}
                {{- '<|im_start|>' + message.role + '\\n' + content }}
            {%- endif %}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {{- tool_call.name }}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""

FAMILIES["zephyr"] = """{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>
'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}"""

FAMILIES["vicuna"] = """{% if messages[0]['role'] == 'system' %}{% set instruction = messages[0]['content'] | trim + '\n\n' %}{% set messages = messages[1:] %}{% else %}{% set instruction = 'A person talks to a machine.' + ' ' %}{% endif %}{{ bos_token + instruction }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('user and assistant must take turns') }}{% endif %}{% if message['role'] == 'user' %}{{ 'USER: ' + message['content'] | trim + ' ' }}{% elif message['role'] == 'assistant' %}{{ 'ASSISTANT: ' + message['content'] | trim + eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"""

FAMILIES["deepseek"] = """{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=false, is_tool=false, unused_flag=true, collected='', first_system=true) %}{%- for message in messages %}{%- if message['role'] == 'system' %}{%- if ns.first_system %}{% set ns.collected = ns.collected + message['content'] %}{% set ns.first_system = false %}{%- else %}{% set ns.collected = ns.collected + '\\n\\n' + message['content'] %}{%- endif %}{%- endif %}{%- endfor %}{{ bos_token }}{{ ns.collected }}{%- for message in messages %}{%- if message['role'] == 'user' %}{%- set ns.is_tool = false -%}{{'<|User|>' + message['content']}}{%- endif %}{%- if message['role'] == 'assistant' and 'tool_calls' not in message %}{%- if ns.is_tool %}{{'<|tool▁outputs▁end|>' + message['content'] + '<|end▁of▁sentence|>'}}{%- set ns.is_tool = false -%}{%- else %}{% set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}{{'<|Assistant|>' + content + '<|end▁of▁sentence|>'}}{%- endif %}{%- endif %}{%- endfor -%}{% if ns.is_tool %}{{'<|tool▁outputs▁end|>'}}{% endif %}{% if add_generation_prompt and not ns.is_tool %}{{'<|Assistant|><think>\\n'}}{% endif %}"""

FAMILIES["smollm 3"] = """{# ---- defaults ---- #}
{%- if enable_thinking is not defined -%}
{%- set enable_thinking = true -%}
{%- endif -%}
{# ---- reasoning mode ---- #}
{%- if enable_thinking -%}
  {%- set reasoning_mode = "/think" -%}
{%- else -%}
  {%- set reasoning_mode = "/no_think" -%}
{%- endif -%}
{# ---- header (system message) ---- #}
{{- "<|im_start|>system\\n" -}}
{%- if messages and messages[0].role == "system" -%}
  {%- set instruction = messages[0].content -%}
  {%- if "/no_think" in instruction -%}
    {%- set reasoning_mode = "/no_think" -%}
  {%- elif "/think" in instruction -%}
    {%- set reasoning_mode = "/think" -%}
  {%- endif -%}
  {%- set wishes = instruction.replace("/no_think", "").replace("/think", "").rstrip() -%}
{%- endif -%}
{%- set today = strftime_now("%d %B %Y") -%}
{{- "## Metadata\\n\\nKnowledge until: June 2025\\n" -}}
{{- "Today Date: " ~ today ~ "\\n" -}}
{{- "Reasoning Mode: " + reasoning_mode + "\\n\\n" -}}
{{- "## Custom Instructions\\n\\n" -}}
{%- if wishes -%}
  {{- wishes + "\\n\\n" -}}
{%- elif reasoning_mode == "/think" -%}
  {{- "Think first.\\n\\n" -}}
{%- else -%}
  {{- "You help.\\n\\n" -}}
{%- endif -%}
{%- if xml_tools or python_tools or tools -%}
  {{- "### Tools\\n\\n" -}}
  {%- set ns = namespace(listing="<tools>\\n") -%}
  {%- for tool in tools[:] -%}
    {%- set ns.listing = ns.listing ~ (tool | string) ~ "\\n" -%}
  {%- endfor -%}
  {{- ns.listing + "</tools>" -}}
  {{- "\\n\\n" -}}
{%- endif -%}
{{- "<|im_end|>\\n" -}}
{# ---- main loop ---- #}
{%- for message in messages -%}
    {%- set content = message.content if message.content is string else "" -%}
    {%- if message.role == "user" -%}
        {{ "<|im_start|>" + message.role + "\\n"  + content + "<|im_end|>\\n" }}
    {%- elif message.role == "assistant" -%}
        {% generation %}
        {%- if reasoning_mode == "/think" -%}
            {{ "<|im_start|>assistant\\n" + content.lstrip("\\n") + "<|im_end|>\\n" }}
        {%- else -%}
            {{ "<|im_start|>assistant\\n" + "<think>\\n\\n</think>\\n" + content.lstrip("\\n") + "<|im_end|>\\n" }}
        {%- endif -%}
        {% endgeneration %}
    {%- elif message.role == "tool" -%}
    {{ "<|im_start|>" + "user\\n"  + content + "<|im_end|>\\n" }}
    {%- endif -%}
{%- endfor -%}
{# ---- generation prompt ---- #}
{%- if add_generation_prompt -%}
    {%- if reasoning_mode == "/think" -%}
        {{ "<|im_start|>assistant\\n" }}
    {%- else -%}
        {{ "<|im_start|>assistant\\n" + "<think>\\n\\n</think>\\n" }}
    {%- endif -%}
{%- endif -%}
"""

FAMILIES["command r"] = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set turns = messages[1:] %}{% set instruction = messages[0]['content'] %}{% elif false == true %}{% set turns = messages %}{% set instruction = 'You are a model.' %}{% else %}{% set turns = messages %}{% set instruction = false %}{% endif %}{% if instruction != false %}{{ '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>' + instruction + '<|END_OF_TURN_TOKEN|>' }}{% endif %}{% for message in turns %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('user and assistant must take turns') }}{% endif %}{% set content = message['content'] %}{% if message['role'] == 'user' %}{{ '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>' + content.strip() + '<|END_OF_TURN_TOKEN|>' }}{% elif message['role'] == 'assistant' %}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>'  + content.strip() + '<|END_OF_TURN_TOKEN|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' }}{% endif %}"""

FAMILIES["command r tools"] = """{%- macro python_name(spec) %}
{%- set plain_types = {
    "string": "str",
    "number": "float",
    "integer": "int",
    "boolean": "bool"
} %}
{%- if plain_types[spec.type] is defined %}
    {{- plain_types[spec.type] }}
{%- elif spec.type == "array" %}
    {{- "List[" +  python_name(spec.items) + "]"}}
{%- elif spec.type == "object" %}
    {{- "Dict[str, Any]"}}
{%- elif spec.type is iterable %}
    {{- "Union[" }}
    {%- for t in spec.type %}
      {{- python_name({"type": t}) }}
      {%- if not loop.last %}
        {{- "," }}
    {%- endif %}
    {%- endfor %}
    {{- "]" }}
{%- else %}
    {{- "Any" }}
{%- endif %}
{%- endmacro %}

{%- macro declare(tools) %}
{%- for tool in tools %}
    {%- if loop.index0 != 0 %}
        {{- '\\n\\n' }}
    {%- endif %}
    {{- '```python\\ndef ' + tool.function.name + '(' }}
    {%- for param, facts in (tool.function.parameters.properties or {})|items %}
        {%- if loop.index0 != 0 %}
            {{- ', '}}
        {%- endif %}
        {{- param + ": " }}
        {%- if not param in tool.function.parameters.required %}
            {{- 'Optional[' + python_name(facts) + '] = None'}}
        {%- else %}
            {{- python_name(facts) }}
        {%- endif %}
    {%- endfor %}
    {{- ') -> List[Dict]:\\n    \"\"\"'}}
    {{- tool.function.description }}
    {{- '\"\"\"\\n    pass\\n```' }}
{%- endfor %}
{%- endmacro %}
{{- bos_token }}
{%- if tools %}
{{- '## Available Tools\\n' }}
{{- declare(tools) }}
{{- '\\n' }}
{%- endif %}
{%- for message in messages|rejectattr("role", "equalto", "system") %}
{{ message.role|upper }}: {{ message.content|trim }}
{% else %}
nobody spoke
{% endfor -%}
"""

FAMILIES["olmo 2"] = """{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ '<|system|>\n' + message['content'] + '\n' }}{% elif message['role'] == 'user' %}{{ '<|user|>\n' + message['content'] + '\n' }}{% elif message['role'] == 'assistant' %}{% if not loop.last %}{{ '<|assistant|>\n'  + message['content'] + eos_token + '\n' }}{% else %}{{ '<|assistant|>\n'  + message['content'] + eos_token }}{% endif %}{% endif %}{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}{% endfor %}"""

FAMILIES["alpaca"] = """{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] }}

{% endif %}
{%- for message in messages if message.role != 'system' %}
### {{ {'user': 'Instruction', 'assistant': 'Response'}.get(message.role, message.role|title) }}:
{{ message.content }}
{{ '\n' if not loop.last }}
{%- endfor %}
{% if add_generation_prompt %}

### Response:
{% endif %}"""

FAMILIES["chatglm"] = """[gMASK]<sop>{% for item in messages %}{% if item['tools'] is defined %}<|system|>
{% for tool in item['tools'] %}{{ tool['function']['name'] }}{{ tool['function'] | tojson(indent=4) }}{% endfor %}{% endif %}{% if item['content'] %}<|{{ item['role'] }}|>{{ item.get('metadata', '') }}
{{ item['content'] }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"""

FAMILIES["granite"] = """{%- if messages[0]['role'] == 'system' %}
     {%- set instruction = messages[0]['content'] %}
     {%- set turns = messages[1:] %}
 {%- else %}
     {%- set instruction = "Knowledge until: April 2024.
Today's Date: " + strftime_now('%B %d, %Y') + ".
You are Granite." %}
     {%- if tools and documents %}
         {%- set instruction = instruction + " Both." %}
     {%- elif tools %}
         {%- set instruction = instruction + " Tools." %}
     {%- elif thinking %}
         {%- set instruction = instruction + " Thinking." %}
     {%- endif %}
     {%- set turns = messages %}
 {%- endif %}
 {{- '<|start_of_role|>system<|end_of_role|>' + instruction + '<|end_of_text|>
' }}
 {%- if tools %}
     {{- '<|start_of_role|>tools<|end_of_role|>' }}
     {{- tools | tojson(indent=4) }}
     {{- '<|end_of_text|>
' }}
 {%- endif %}
 {%- for message in turns %}
     {{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' + message['content'] + '<|end_of_text|>
' }}
     {%- if loop.last and add_generation_prompt %}
             {{- '<|start_of_role|>assistant' }}
                 {%- if controls %}
                     {{- ' ' + controls | tojson()}}
                 {%- endif %}
             {{- '<|end_of_role|>' }}
     {%- endif %}
 {%- endfor %}"""

FAMILIES["hermes tools"] = """{%- macro other_keys(table, known_keys) -%}
    {%- if table is mapping %}
        {%- for field in table if field not in known_keys %}
            {%- if table[field] is mapping or (table[field] is sequence and table[field] is not string) %}
                {{- '\\n<' ~ field ~ '>' ~ (table[field] | tojson | safe) ~ '</' ~ field ~ '>' }}
            {%- else %}
                {{-'\\n<' ~ field ~ '>' ~ (table[field] | string) ~ '</' ~ field ~ '>' }}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
{%- endmacro -%}
{%- if messages and messages[0]["role"] == "system" %}
    {%- set instruction = messages[0]["content"] %}
    {%- set turns = messages[1:] %}
{%- else %}
    {%- set turns = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = [] %}
{%- endif %}
{%- if instruction is defined %}
    {{- "<|im_start|>system\\n" + instruction }}
{%- elif tools is iterable and tools | length > 0 %}
    {{- "<|im_start|>system\\nYou can use tools." }}
{%- endif %}
{%- if tools is iterable and tools | length > 0 %}
    {{- "\\n<tools>" }}
    {%- for tool in tools %}
        {%- if tool.function is defined %}
            {%- set tool = tool.function %}
        {%- endif %}
        {{- "\\n<function>\\n<name>" ~ tool.name ~ "</name>" }}
        {%- if tool.description is defined %}
            {{- '\\n<description>' ~ (tool.description | trim) ~ '</description>' }}
        {%- endif %}
        {{- '\\n<parameters>' }}
        {%- if tool.parameters is defined and tool.parameters is mapping and tool.parameters.properties is defined and tool.parameters.properties is mapping %}
            {%- for param, facts in tool.parameters.properties|items %}
                {{- '\\n<parameter>' }}
                {{- '\\n<name>' ~ param ~ '</name>' }}
                {%- if facts.type is defined %}
                    {{- '\\n<type>' ~ (facts.type | string) ~ '</type>' }}
                {%- endif %}
                {%- set known_keys = ['name', 'type', 'description'] %}
                {{- other_keys(facts, known_keys) }}
                {{- '\\n</parameter>' }}
            {%- endfor %}
        {%- endif %}
        {{- other_keys(tool.parameters, ['type', 'properties']) }}
        {{- '\\n</parameters>\\n</function>' }}
    {%- endfor %}
    {{- "\\n</tools>" }}
{%- endif %}
{%- if instruction is defined or (tools is iterable and tools | length > 0) %}
    {{- '<|im_end|>\\n' }}
{%- endif %}
{%- for message in turns %}
    {%- if message.role == "assistant" and message.tool_calls is defined and message.tool_calls is iterable and message.tool_calls | length > 0 %}
        {{- 'calls' }}
    {%- elif message.role in ["user", "system", "assistant"] %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.previtem and loop.previtem.role != "tool" %}
            {{- '<|im_start|>user' }}
        {%- endif %}
    {%- else %}
        {{- raise_exception('Unexpected role: ' ~ message.role) }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""

FAMILIES["channels"] = """{%- macro head(role, channel="final") -%}
{{- "<|start|>" + role + ("<|channel|>" + channel if role == "assistant" else "") + "<|message|>" -}}
{%- endmacro -%}
{%- set instructions = namespace(text="", seen=0) -%}
{%- for message in messages if message.role in ("system", "developer") -%}
  {%- set instructions.text = (instructions.text ~ "\\n\\n" ~ message.content) | trim -%}
  {%- set instructions.seen = instructions.seen + 1 -%}
{%- endfor -%}
{{- "<|start|>system<|message|>You are a model.\\nCurrent date: " ~ strftime_now("%Y-%m-%d") ~ "\\n\\nReasoning: " ~ (reasoning_effort | default("medium")) ~ "<|end|>" -}}
{%- if instructions.seen -%}
  {{- "<|start|>developer<|message|># Instructions\\n\\n" ~ instructions.text ~ "<|end|>" -}}
{%- endif -%}
{%- for message in messages -%}
  {%- if message.role == "assistant" -%}
    {{- head("assistant") + message.content + ("<|return|>" if loop.last and not add_generation_prompt else "<|end|>") -}}
  {%- elif message.role == "user" -%}
    {{- head(role=message.role) + message.content + "<|end|>" -}}
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
<|start|>assistant
{%- endif -%}"""

FAMILIES["openchat"] = """{{ bos_token }}{% for message in messages %}{{ 'GPT4 Correct ' + message['role'].title() + ': ' + message['content'] + '<|end_of_turn|>'}}{% endfor %}{% if add_generation_prompt %}{{ 'GPT4 Correct Assistant:' }}{% endif %}"""

FAMILIES["falcon"] = """{% for message in messages %}{% if not loop.first %}{{ '\n' }}{% endif %}{{ message['role'] | capitalize }}: {{ message['content'] | replace('\r\n', '\n') | replace('\n\n', '\n') }}{% endfor %}{{ '\nAssistant:' if add_generation_prompt else '' }}"""

FAMILIES["block set and filter blocks"] = """{% set header %}
[{{ messages | length }} turns, {{ messages | map(attribute='role') | unique | join('/') }}]
{% endset %}
{{ header | trim }}
{% filter upper %}
  {% for message in messages %}
{{ loop.index }}/{{ loop.length }}: {{ message.content | truncate(12) }}
  {% endfor %}
{% endfilter %}
"""

FAMILIES["breaks and continues"] = """{% for message in messages %}
  {% if message.role == 'system' %}{% continue %}{% endif %}
  {% if loop.index > 4 %}
...
    {% break %}
  {% endif %}
{{ message.role[0] | upper }}{{ loop.revindex }}: {{ message.content[:20] }}{{ '…' if message.content | length > 20 }}
{% else %}
(no messages)
{% endfor %}"""

FAMILIES["last user message"] = """{%- set users = messages | selectattr('role', 'eq', 'user') | map(attribute='content') | list -%}
{%- if not users -%}
  {{- raise_exception('no user message') -}}
{%- endif -%}
{{- (users | last).split() | join(' ') | lower ~ '|' ~ users[0][-3:] ~ '|' ~ users[::2] | length -}}"""
