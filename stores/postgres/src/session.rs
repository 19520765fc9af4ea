//! A connection, which remembers the statements that it has prepared.

use std::collections::HashMap;

use postgres::types::{ToSql, Type};
use postgres::{Client, Row, SimpleQueryMessage, Statement};

use crate::failure::Failure;

/// What a statement is given.
pub(crate) type Parameters<'p> = &'p [&'p (dyn ToSql + Sync)];

/// So many statements are remembered at most; searches make up ever others.
const MOST: usize = 256;

/// A connection.
pub(crate) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl Session {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            statements: HashMap::new(),
        }
    }

    /// The rows that a statement gives.
    pub(crate) fn query(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, Failure> {
        let statement = self.prepared(sql, &[])?;
        Ok(self.client.query(&statement, parameters)?)
    }

    /// How many rows a statement has changed.
    pub(crate) fn execute(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<u64, Failure> {
        let statement = self.prepared(sql, &[])?;
        Ok(self.client.execute(&statement, parameters)?)
    }

    /// The rows that a statement gives whose parameters have these types.
    pub(crate) fn query_typed(
        &mut self,
        sql: &str,
        typed: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, Failure> {
        let types: Vec<Type> = typed.iter().map(|(_, sort)| sort.clone()).collect();
        let statement = self.prepared(sql, &types)?;
        let parameters: Vec<&(dyn ToSql + Sync)> = typed.iter().map(|(value, _)| *value).collect();
        Ok(self.client.query(&statement, &parameters)?)
    }

    /// Runs several statements without parameters in one round trip.
    pub(crate) fn run(&mut self, sql: &str) -> Result<Vec<SimpleQueryMessage>, Failure> {
        Ok(self.client.simple_query(sql)?)
    }

    fn prepared(&mut self, sql: &str, types: &[Type]) -> Result<Statement, Failure> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        if self.statements.len() >= MOST {
            self.statements.clear();
        }
        let statement = self.client.prepare_typed(sql, types)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}
