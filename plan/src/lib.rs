//! Compares desired with live and decides every action, in order.
