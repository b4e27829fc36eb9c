"""Names that a column of a declared view cannot have."""

_WORDS = """
    abort action add after all alter analyse analyze and any array as as_of asc asymmetric
    async attach authorization autoincrement await before begin between binary both break by
    cascade case cast check class cmax cmin collate collation column commit concurrently
    conflict const constraint continue create cross ctid current_catalog current_date
    current_role current_schema current_time current_timestamp current_user cursor database
    def default deferrable del delete desc detach distinct do drop each elif else end escape
    except exclusive exists expand explain facet fail false fetch fields filter finally for
    foreign freeze from full function glob global grant group having held_band held_since
    held_until if ignore ilike immediate import in include index indexed initially inner insert
    instead intersect into is isnull join key known_at known_band known_since known_until lambda
    lateral leading left let like limit localtime localtimestamp loop match min_position namespace
    natural no nonlocal not nothing notnull null of offset oid on only or order outer
    overlaps package pass placing plan pragma primary q query raise recursive references
    regexp reindex release rename replace restrict return returning right rollback row rowid
    rows savepoint select session_user set similar some sort symmetric system_user table
    tableoid tablesample temp temporary then to trailing transaction trigger true try union
    unique update user using vacuum values var variadic verbose view virtual void when where
    while window with without xmax xmin yield
"""

RESERVED = frozenset(_WORDS.split())
"""Words of SQL, of CEL and of Python, and the parameters of lists."""
