select c_mktsegment, count(distinct c_custkey) as customers, count(*) as orders
from customer, orders, (
    select l_custkey, l_orderkey from lineitem group by l_custkey, l_orderkey having sum(l_quantity) > 200
  ) as large
where c_custkey = o_custkey
  and o_orderkey = l_orderkey
group by c_mktsegment
order by c_mktsegment
