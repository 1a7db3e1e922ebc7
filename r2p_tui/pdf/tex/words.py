"""The commands and environments around tables: how their arguments are written, what they print."""

from __future__ import annotations

NO_VALUE = "-NoValue-"
UNDECIDED = "\\r2p@undecided"


def _commands(words: str) -> frozenset[str]:
    return frozenset(f"\\{word}" for word in words.split())


# Words that begin like a condition and have no \fi.
CONDITIONS_WITH_BRACES = frozenset({
    "ifblank", "ifbool", "ifboolexpr", "ifcsdef", "ifdef", "ifdefempty", "ifdefstring", "ifempty", "iff",
    "ifinlist", "ifnotempty", "ifnumcomp", "ifnumequal", "ifpackageloaded", "ifstrempty", "ifstrequal",
    "ifthenelse", "iftoggle", "ifundef",
})  # fmt: skip
FLAGS = {
    "true": True, "false": False, "pdf": True, "mmode": False, "xetex": False, "luatex": False,
    "PDFTeX": True,
}  # fmt: skip

# How the arguments of a command are written: s is a star, o stands in square brackets, m and k in braces;
# k is printed.
_PATTERNS = {
    "": (
        "centering raggedright raggedleft hfill hfil hss hrulefill dotfill vfill noindent indent strut "
        "relax protect leavevmode unskip ignorespaces normalfont rmfamily sffamily ttfamily mdseries "
        "upshape itshape slshape scshape em it sl sc rm sf tt tiny scriptsize footnotesize small "
        "normalsize large Large LARGE huge Huge displaystyle textstyle scriptstyle scriptscriptstyle big "
        "Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr Biggl Biggr limits nolimits nonumber "
        "notag smallskip medskip bigskip allowbreak nobreak nobreakdash newpage clearpage null global "
        "long outer expandafter noexpand endcsname bgroup egroup begingroup endgroup makeatletter "
        "makeatother arraybackslash Tstrut Bstrut TBstrut tstrut bstrut unboldmath sloppy fussy "
        "normalcolor selectfont mathsurround BooleanTrue BooleanFalse onehalfspacing singlespacing "
        "doublespacing ContinuedFloat centerfloat endgraf cr crcr mathstrut fi else ttdefault cal "
        "leftskip allowdisplaybreaks appendix maketitle FloatBarrier showrowcolors hiderowcolors "
        "lastpagefooter compact endcollectcell startdata enddata ignorespacesafterend"
    ),
    "k": (
        "text mbox hbox vbox vtop fbox boxed textrm textsf texttt textnormal textup textmd textit textsl "
        "textsc emph mathrm mathsf mathtt mathit mathnormal mathcal mathscr mathfrak mathbb mathds "
        "mathbbm ensuremath lowercase uppercase MakeUppercase MakeLowercase textsmaller textlarger sout "
        "st xout hl ce mathop mathbin mathrel mathord mathopen mathclose mathpunct vcenter centerline "
        "leftline rightline enquote uwave rotcell Centerstack Longstack Shortstack underbar nolinkurl "
        "path url detokenize textin overline widebar mathbox textlf textulc rlap llap clap mathrlap "
        "mathllap substack overbrace underbrace acs acl acp gls colhead Gls collectcell"
    ),
    "m": (
        "label phantom vphantom hphantom input bibliographystyle bibliography linespread pagestyle "
        "thispagestyle tnotex nocite index graphicspath setstretch sisetup pgfplotsset tikzset lstset "
        "tcbset marginpar marginnote usebox noalign stepcounter refstepcounter hypersetup addbibresource "
        "bottomfraction footref rowstyle tablecomments tablewidth tabletypesize extracolsep multirowsetup"
    ),
    "sk": "operatorname",
    "mk": "adjustbox foreignlanguage ulap dlap turnbox hypertarget hyperlink",
    "ok": "shortstack specialcell hyperref gape Gape tcbox smash textls subfloat subtable subfigure",
    "omk": "textcolor colorbox mathcolor href rotatebox",
    "ommk": "fcolorbox",
    "smmk": "resizebox",
    "mok": "scalebox",
    "mook": "raisebox",
    "ooomk": "parbox",
    "ook": "makebox framebox",
    "sok": "makecell thead rothead",
    "omomok": "multirow",
    "mmk": "multicolumn",
    "sm": "vspace hspace addvspace",
    "om": (
        "captionsetup color thanks todo footnote footnotetext tablefootnote arrayrulecolor "
        "doublerulesepcolor rowfont missingfigure"
    ),
    "o": "footnotemark linebreak nolinebreak pagebreak nopagebreak addlinespace bigstrut",
    "mm": (
        "setlength addtolength setcounter addtocounter settowidth settoheight fontsize hypertarget "
        "bibitem pdfstringdef"
    ),
    "mmm": "definecolor addcontentsline",
    "mmmm": "colorlet",
    "omm": "rule",
    "omoo": "cellcolor rowcolor columncolor",
    "sommm": "rowcolors",
    "mmmmm": "usefont",
}
PATTERNS = {command: pattern for pattern, words in _PATTERNS.items() for command in _commands(words)}

BOLD = _commands("bm bold boldsymbol mathbf mathbfit mathbfsf pmb symbf textbf textbfit")
BOLD_FROM_HERE = _commands("bf bfseries boldfont boldmath")
UNDERLINE = _commands("dashuline dotuline ul uline underbar underline uuline")
_SPACING = _commands(
    "enskip enspace item nbsp newline nobreakspace par qquad quad space tab tabularnewline thinspace"
)
SPACES = _SPACING | {"\\\\", "\\ ", "\\:", "\\;", "\\>"}
NARROW_SPACES = frozenset({"\\,", "\\!", "\\/", "\\-", "\\thinspace"})
LENGTHS = _commands(
    "arraystretch baselineskip extrarowheight hglue hskip kern lower mkern mskip parskip raise tabcolsep "
    "vglue vskip"
)

ENVIRONMENTS = {
    "tabular": "om", "tabular*": "mom", "tabularx": "mom", "tabulary": "mom", "array": "om",
    "minipage": "ooom", "subtable": "om", "subfigure": "om", "adjustbox": "m", "varwidth": "om",
    "threeparttable": "o", "tablenotes": "o", "CJK": "mm", "CJK*": "mm", "turn": "m", "rotate": "m",
    "itemize": "o", "enumerate": "o", "spacing": "m", "scriptsize": "", "sidewaystable": "o",
    "wraptable": "omom", "table": "o",
    "table*": "o", "resizebox": "mm", "tabu": "m", "tblr": "om",
}  # fmt: skip
DRAWINGS = frozenset({
    "algorithm", "algorithmic", "axis", "forest", "overpic", "picture", "pspicture", "tikzcd",
    "tikzpicture",
})  # fmt: skip

RULES = _commands(
    "ChangeRuleWidth Hline Xhline botrule bottomhline bottomline bottomrule brule colrule dhline "
    "doublehline firsthline hdashline heavyrule hhline hline hlineB lasthline lightrule middlehline "
    "midline midrule mrule specialrule tableline tabucline thickhline thinhline tophline topline toprule "
    "trule"
)
PARTIAL_RULES = _commands("Cline Xcline cdashline cdashlinelr cline cmidrule cmidrulewithspace hdashlinelr")
RULE_PATTERNS = {
    "\\toprule": "o", "\\midrule": "o", "\\bottomrule": "o", "\\specialrule": "mmm", "\\Xhline": "m",
    "\\hhline": "m", "\\hdashline": "o", "\\hlineB": "m", "\\hline": "", "\\tabucline": "om",
    "\\Hline": "o", "\\ChangeRuleWidth": "m",
}  # fmt: skip

TABULARS = {
    "tabular": "om", "tabular*": "mom", "tabularx": "mom", "tabulary": "mom", "array": "om",
    "longtable": "om", "tabu": "m", "longtabu": "m", "xltabular": "mom", "supertabular": "m",
    "supertabular*": "mm", "mpsupertabular": "m", "xtabular": "om", "NiceTabular": "mo",
    "NiceTabular*": "mom", "NiceTabularX": "mom", "NiceArray": "mo", "tblr": "om", "longtblr": "om",
    "talltblr": "om", "booktabs": "om", "deluxetable": "m", "deluxetable*": "m", "ltabulary": "mom",
    "tabularew": "om", "tabularht": "mom",
}  # fmt: skip
# Their columns are one setting among others.
KEYED_TABULARS = frozenset({"tblr", "longtblr", "talltblr", "booktabs"})
LONG_TABLES = frozenset({
    "deluxetable", "deluxetable*", "longtable", "longtabu", "longtblr", "ltabulary", "mpsupertabular",
    "supertabular", "supertabular*", "talltblr", "xltabular", "xtabular",
})  # fmt: skip
FLOATS = LONG_TABLES | {
    "SCfigure", "SCtable", "SCtable*", "figure", "figure*", "floatrow", "margintable", "sidewaysfigure",
    "sidewaysfigure*", "sidewaystable", "sidewaystable*", "table", "table*", "teaserfigure", "turnpage",
    "wrapfigure", "wraptable",
}  # fmt: skip

# What authors may not define anew for us, because the structure of a table hangs on it.
_STRUCTURE = _commands(
    "begin end multirow multicolumn caption label ref textbf emph text cite citep citet footnote item par "
    "section subsection subsubsection tabularnewline resizebox scalebox rotatebox textcolor "
    "input newline"
)
PROTECTED = _STRUCTURE | RULES | PARTIAL_RULES | BOLD | UNDERLINE | frozenset(TABULARS) | FLOATS | {"\\\\"}
