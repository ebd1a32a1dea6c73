select s_name, s_address, count(distinct l_custkey) as persons
from supplier, nation, lineitem, part
where s_suppkey = l_suppkey
  and l_partkey = p_partkey
  and p_name like 'forest%'
  and l_shipdate >= date '1994-01-01'
  and l_shipdate < date '1994-01-01' + interval '1' year
  and s_nationkey = n_nationkey
  and n_name = 'CANADA'
group by s_name, s_address
