import{J as t,V as i,ma as o}from"./chunk-LK2WKTR5.js";function r(){return i(o,{what:"page",id:t.value})}export{r as default};
