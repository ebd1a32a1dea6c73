select
  l_shipmode,
  least(
    count(distinct case when o_orderpriority in ('1-URGENT', '2-HIGH') then l_custkey end),
    count(distinct case when o_orderpriority not in ('1-URGENT', '2-HIGH') then l_custkey end)
  ) as least,
  count(distinct l_custkey) as most
from orders, lineitem
where o_orderkey = l_orderkey
  and l_shipmode in ('MAIL', 'SHIP')
  and l_commitdate < l_receiptdate
  and l_shipdate < l_commitdate
  and l_receiptdate >= date '1994-01-01'
  and l_receiptdate < date '1994-01-01' + interval '1' year
group by l_shipmode
