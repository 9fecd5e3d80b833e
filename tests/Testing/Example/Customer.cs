namespace Replication.Testing.Tests.Example;

public sealed record Customer(string Name, string Country);
