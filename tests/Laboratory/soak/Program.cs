using Replication.Laboratory.Soak;

if (SoakOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(SoakOptions.Usage);
    return 2;
}
return await new SoakRun(options).RunAsync() ? 0 : 1;
