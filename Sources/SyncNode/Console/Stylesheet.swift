package import Base

/// The one style sheet: plain, narrow enough for a phone, and a receipt on paper.
package enum Stylesheet {
    /// UTF-8.
    package static let bytes = Array(text.utf8)
    /// The mark of these bytes.
    package static let tag = StateTag(of: bytes)

    private static let text = """
        :root{--ink:#1c2733;--quiet:#5d6b78;--line:#dbe2e8;--paper:#fff;--ground:#f3f5f7;
        --main:#14507a;
        --done:#1d7a4c;--waiting:#9a6200;--bad:#b3261e;--going:#14507a}
        *{box-sizing:border-box}[hidden]{display:none!important}
        body{margin:0;background:var(--ground);color:var(--ink);
        font:16px/1.6 system-ui,"PingFang SC",
        "Microsoft YaHei","Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}
        a{color:var(--main);text-underline-offset:3px}
        header{background:var(--main);color:#fff}
        .bar{max-width:1120px;margin:auto;padding:10px 20px;display:flex;flex-wrap:wrap;
        gap:6px 22px;
        align-items:center}
        .bar a{color:#fff;text-decoration:none}.bar nav a{margin-right:16px;
        white-space:nowrap;display:inline-block}
        .bar nav a:hover{text-decoration:underline}
        .brand{font-weight:600}.place{opacity:.85}
        .find{margin-left:auto;display:flex;gap:6px}
        .who{margin-left:auto;display:flex;gap:12px;align-items:center}
        .find + .who{margin-left:0}
        time{white-space:nowrap}form + h2,p + h2,.scroll + h2{margin-top:22px}
        p.quiet + label,p.quiet + form,p.quiet + .facts,.facts + form,
        .facts + .acts{margin-top:12px}
        .inline + .inline{margin-top:10px}p .button{margin:2px 0}
        .who button{background:#ffffff1f;border-color:#ffffff66;color:#fff}
        .find input{width:9em;border-color:transparent}
        .find button{background:#ffffff1f;border-color:#ffffff66;color:#fff}
        .banner{margin:0;padding:10px 20px;background:#fff3d6;color:#5c3b00;text-align:center;
        border-bottom:1px solid #ecd9a6}
        .banner.bad{background:#fbe3e1;color:#7a1a14;border-color:#efc1bd}
        main{max-width:1120px;margin:20px auto;padding:0 20px}
        .card{background:var(--paper);border:1px solid var(--line);border-radius:8px;
        padding:18px 22px;
        margin:0 0 18px}
        .narrow{max-width:640px;margin-left:auto;margin-right:auto}
        h1{font-size:1.4rem;line-height:1.3;margin:0 0 12px}h2{font-size:1.08rem;margin:0 0 10px}
        .title{display:flex;justify-content:space-between;align-items:center;gap:12px;
        margin-bottom:12px}
        .title h1,.title h2{margin:0}
        .quiet,small{color:var(--quiet)}p.quiet{margin:8px 0 0}
        code{font:.92em ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace}
        .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));
        gap:10px 24px;margin:0}
        .facts div{border-top:1px solid var(--line);padding-top:6px}
        dt{color:var(--quiet);font-size:.86rem}dd{margin:0}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.95rem}
        th{font-weight:500;color:var(--quiet);text-align:left;font-size:.86rem;white-space:nowrap}
        th,td{padding:8px 14px 8px 0;border-bottom:1px solid var(--line);vertical-align:top}
        tbody tr:last-child td{border-bottom:0}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .n + :not(.n){padding-left:14px}th:last-child,td:last-child{padding-right:0}
        td code{white-space:nowrap}th,td{overflow-wrap:break-word}
        .mark{display:inline-block;padding:0 9px;border-radius:99px;font-size:.86rem;
        white-space:nowrap;
        border:1px solid;line-height:1.55}
        .mark.done{color:var(--done);background:#e9f5ee}.mark.waiting{color:var(--waiting);
        background:#fdf3e0}
        .mark.bad{color:var(--bad);background:#fcebea}.mark.going{color:var(--going);
        background:#e8f1f8}
        .mark.quiet{color:var(--quiet);background:#f1f3f5}
        .reach{white-space:nowrap;font-variant-numeric:tabular-nums}meter{width:72px;height:12px}
        button,.button{font:inherit;font-size:.95rem;padding:5px 14px;border:1px solid #b8c4ce;
        border-radius:6px;
        background:#fff;color:var(--ink);cursor:pointer;text-decoration:none;display:inline-block;
        white-space:nowrap}
        button:hover,.button:hover{border-color:var(--main)}
        button.main{background:var(--main);border-color:var(--main);color:#fff}
        :focus-visible{outline:3px solid #7db4dd;outline-offset:1px}
        input,select,textarea{font:inherit;padding:6px 9px;border:1px solid #b8c4ce;
        border-radius:6px;
        background:#fff;color:inherit;width:100%;min-width:0}
        input[type=checkbox],input[type=radio]{width:1.15em;
        height:1.15em;margin:0 9px 0 0;vertical-align:-2px}
        label{display:block;margin:0 0 12px;font-size:.92rem}
        label input:not([type=checkbox]):not([type=radio]),label select,
        label textarea{display:block;margin-top:3px;font-size:1rem}
        fieldset{border:1px solid var(--line);border-radius:6px;margin:0 0 14px;padding:8px 14px}
        legend{color:var(--quiet);font-size:.9rem;padding:0 5px}
        .box{margin:6px 0;font-size:1rem}
        .inline{display:flex;gap:10px;align-items:end}.inline label{flex:1;margin:0}
        .acts{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:14px;
        align-items:start}
        .acts form{border:1px solid var(--line);border-radius:6px;padding:14px}
        .stations{list-style:none;margin:0;padding:0;display:grid;
        grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:8px 18px}
        .stations small{display:block}
        .materials{list-style:none;padding:0;margin:0 0 8px}
        .receipt h2{margin-top:18px}.number{font-size:1.06rem;white-space:nowrap}
        .number span{margin-right:7px}
        .receipt .facts div:first-child{grid-column:span 2}
        .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(180px,1fr));gap:0 14px;
        align-items:start}.grid .whole{grid-column:1/-1}.grid textarea,.grid select{width:100%}
        .boxes .box{display:inline-block;margin:2px 16px 2px 0}.must{color:var(--bad)}
        .wrong{display:block;color:var(--bad)}summary{cursor:pointer;margin:0 0 8px}
        .row{display:grid;grid-template-columns:1.6em 1fr auto;gap:4px 10px;padding:10px 0 2px;
        border-top:1px solid var(--line)}.row:first-of-type{border-top:0}
        .seal{display:none}.holder{font-size:1.1rem;margin:0}
        .events{list-style:none;margin:0;padding:0}
        .events li{display:grid;grid-template-columns:10em 1fr auto;gap:4px 14px;padding:7px 0;
        border-bottom:1px solid var(--line)}
        .events li:last-child{border:0}time{font-variant-numeric:tabular-nums;color:var(--quiet)}
        .head{display:inline-block;margin-right:16px;white-space:nowrap}
        @media(max-width:640px){.stack,.stack tbody,.stack tr{display:block}
        .stack thead{display:none}
        .stack tr{padding:9px 0;border-bottom:1px solid var(--line)}
        .stack tr:last-child{border:0;padding-bottom:0}
        .stack td{display:flow-root;padding:2px 0!important;border:0;text-align:right}
        .stack td:first-child,.stack td:not([data-l]){text-align:left}
        .stack td:first-child{font-weight:500}
        .stack td[data-l]::before{content:attr(data-l);color:var(--quiet);float:left;
        margin-right:14px}
        .stack td:empty{display:none}
        body{font-size:15px}main{padding:0 10px;margin:10px auto}
        .card{padding:14px;margin-bottom:12px}.bar{padding:9px 12px}.find{margin-left:0;
        width:100%}
        .find input{width:100%}.facts{grid-template-columns:1fr 1fr;gap:8px 14px}
        .receipt .facts{grid-template-columns:1fr}
        .receipt .facts div:first-child{grid-column:auto}.number{white-space:normal}

        .events li{grid-template-columns:1fr auto}
        .events time{grid-column:1/-1}.inline{display:block}.inline button{margin-top:10px}}
        @media print{body{background:#fff;font-size:12pt}header,.banner,.screen{display:none}
        main{margin:0;padding:0;max-width:none}.card{border:0;padding:0}
        .receipt .title{justify-content:center;text-align:center}.receipt .mark{display:none}
        .receipt .facts{grid-template-columns:1fr}.receipt .facts div{display:flex;gap:1em}
        .receipt dt{width:6em}.seal{display:block;text-align:right;margin-top:4em}}

        """
}
