import{J as t,K as i,ma as o}from"./chunk-ZCVJKVLL.js";function r(){return t(o,{what:"page",id:i.value})}export{r as default};
