import{J as t,V as i,ma as o}from"./chunk-D5TQUHYB.js";function r(){return i(o,{what:"page",id:t.value})}export{r as default};
