select
  nation,
  o_year,
  count(distinct case when l_discount > 0 then l_custkey end) as least,
  count(distinct l_custkey) as most
from (
  select n_name as nation, extract(year from o_orderdate) as o_year, l_custkey, l_discount
  from part, supplier, lineitem, partsupp, orders, nation
  where s_suppkey = l_suppkey
    and ps_suppkey = l_suppkey
    and ps_partkey = l_partkey
    and p_partkey = l_partkey
    and o_orderkey = l_orderkey
    and s_nationkey = n_nationkey
    and p_name like '%green%'
) as profit
group by nation, o_year
