import{J as t,V as i,ma as o}from"./chunk-GOS2N7GF.js";function r(){return i(o,{what:"page",id:t.value})}export{r as default};
