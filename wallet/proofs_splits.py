"""Proofs of splits and nettings: shares add up, they are what is asked for, and netting moves nobody's standing."""

from __future__ import annotations

from wallet.proofs import Claim

AS_ASKED = """
    CASE WHEN s.asked_at IS NULL THEN h.amount IS NULL AND h.request_id IS NULL
         WHEN NOT h.is_in THEN h.amount IS NULL AND h.request_id IS NULL
         WHEN h.account_id = s.starter_account_id THEN h.amount IS NOT NULL AND h.request_id IS NULL
         ELSE (r.payee_account_id, r.amount, r.currency, r.note)
              = (s.starter_account_id, h.amount, s.currency, s.note)
              AND h.account_id = COALESCE(r.claimed_from, r.payer_account_id)
    END
"""
"""Who was asked before they had a wallet, by a name, may have claimed the request for the wallet they opened."""

SPLITS = (
    Claim(
        "splits",
        "The shares of every split add up to its total, the starter's own included.",
        """
        SELECT 'split ' || s.id, COALESCE(sum(h.amount), 0) = s.total, abs(s.total - COALESCE(sum(h.amount), 0))
        FROM wallet.splits s LEFT JOIN wallet.shares h ON h.split_id = s.id
        WHERE s.asked_at IS NOT NULL GROUP BY s.id, s.total
        """,
    ),
    Claim(
        "shares",
        "Every share but the starter's own is what one request of the starter's asks of just that person.",
        f"""
        SELECT 'share ' || h.split_id || ' of ' || h.account_id, {AS_ASKED}, COALESCE(GREATEST(h.amount, r.amount), 0)
        FROM wallet.shares h JOIN wallet.splits s ON s.id = h.split_id
        LEFT JOIN wallet.requests r ON r.id = h.request_id
        """,  # noqa: S608 - the words above
    ),
    Claim(
        "closed splits",
        "No share of a split that its starter closed is open.",
        """
        SELECT 'split ' || s.id, bool_and(r.state IS DISTINCT FROM 'open'),
               COALESCE(sum(r.amount) FILTER (WHERE r.state = 'open'), 0)
        FROM wallet.splits s LEFT JOIN wallet.shares h ON h.split_id = s.id
        LEFT JOIN wallet.requests r ON r.id = h.request_id
        WHERE s.closed_at IS NOT NULL GROUP BY s.id
        """,
    ),
    Claim(
        "nettings",
        "In every netting that was agreed, what it asks for leaves each side where its netted claims would have.",
        """
        SELECT 'netting ' || n.id || ' for ' || sides.account_id,
               sum(sides.netted) = sum(sides.made) AND bool_and(sides.agreed), abs(sum(sides.netted) - sum(sides.made))
        FROM wallet.nettings n JOIN (
            SELECT c.netting_id, side.account_id, s.agreed_at IS NOT NULL AS agreed,
                   CASE c.kind WHEN 'netted' THEN side.amount ELSE 0 END AS netted,
                   CASE c.kind WHEN 'made' THEN side.amount ELSE 0 END AS made
            FROM wallet.netting_claims c JOIN wallet.requests r ON r.id = c.request_id
            CROSS JOIN LATERAL (VALUES (r.payee_account_id, r.amount), (r.payer_account_id, -r.amount))
                AS side(account_id, amount)
            LEFT JOIN wallet.netting_sides s ON s.netting_id = c.netting_id AND s.account_id = side.account_id
        ) sides ON sides.netting_id = n.id
        WHERE n.state = 'agreed' GROUP BY n.id, sides.account_id
        """,
    ),
    Claim(
        "netted claims",
        "What was netted, was netted by one netting that all agreed to; no other netting ended or made any claim.",
        """
        SELECT 'request ' || r.id,
               CASE WHEN r.state = 'netted' THEN COALESCE(c.agreed, 0) = 1 ELSE COALESCE(c.agreed, 0) = 0 END
                   AND COALESCE(c.made_by_none, 0) = 0,
               r.amount
        FROM wallet.requests r LEFT JOIN (
            SELECT c.request_id, count(*) FILTER (WHERE c.kind = 'netted' AND n.state = 'agreed') AS agreed,
                   count(*) FILTER (WHERE c.kind = 'made' AND n.state <> 'agreed') AS made_by_none
            FROM wallet.netting_claims c JOIN wallet.nettings n ON n.id = c.netting_id GROUP BY c.request_id
        ) c ON c.request_id = r.id
        WHERE c.request_id IS NOT NULL OR r.state = 'netted'
        """,
    ),
)
